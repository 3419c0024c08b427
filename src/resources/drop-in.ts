import { z } from 'zod';
import { type Change, defineResource } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { keepLastGood } from './last-good.ts';
import { compareAttributes, lookAt, readPath } from './path.ts';
import { areAttributes, attributesStep, writeFile } from './write-file.ts';

const want = z
  .strictObject({
    /** The unit that it is for. */
    unit: z.string().regex(/^[\w@.:-]+\.(service|socket|timer|mount)$/, "expected a unit's full name"),
    /** What its file is called. */
    name: z.string().regex(/^[\w-]+$/, 'expected a name without `.conf`'),
    /** The lines of the drop-in. */
    content: z.string(),
    /** Whether a service is started with it, which lists it as its `configuration`: what was there is kept until it has been. */
    started: z.boolean().default(false),
  })
  .transform((dropIn) => ({ ...dropIn, path: dropInPath(dropIn.unit, dropIn.name) }));

const ATTRIBUTES = { mode: '0644', owner: 'root', group: 'root' };

/** Where a drop-in is, for the `configuration` of the service that it belongs to. */
export function dropInPath(unit: string, name: string): string {
  return `/etc/systemd/system/${unit}.d/${name}.conf`;
}

/** A systemd drop-in (systemd.unit(5)) that systemd has read. It restarts nothing: the service says whether. */
export const dropIn = defineResource({
  kind: 'drop-in',
  want,
  key: ({ unit, name }) => `${unit}/${name}`,

  observe: ({ path }) => ({
    script: lookAt(path, sh`cat -- "$p" || exit 66`),
    parse: (output) => readPath(path, output),
  }),

  diff(wanted, have): readonly Change[] {
    if (have === null || have.type !== 'file')
      return [{ field: 'content', from: have === null ? null : have.type, to: wanted.content }];
    const changes: Change[] = [];
    if (have.rest !== wanted.content) changes.push({ field: 'content', from: have.rest, to: wanted.content });
    return [...changes, ...compareAttributes(ATTRIBUTES, have)];
  },

  apply({ unit, path, content, started }, _have, changes) {
    if (areAttributes(changes)) return [attributesStep({ path, ...ATTRIBUTES }, changes)];
    return [
      {
        title: `write ${path}`,
        script: sh`
          mkdir -p -- ${path.slice(0, path.lastIndexOf('/'))} || exit 1
          ${started ? keepLastGood(path, unit) : sh``}
          ${writeFile({ path, content, ...ATTRIBUTES })}
          systemctl daemon-reload`,
      },
    ];
  },

  writes: ({ path }, changes) => (changes.some(({ field }) => field === 'content') ? [path] : []),
});
