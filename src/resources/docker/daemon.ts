import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Change, defineResource, type Shown } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { compareAttributes, lookAt, readPath } from '../path.ts';
import { areAttributes, setAttributes, writeFile } from '../write-file.ts';

/** Docker reads its settings here when it starts (dockerd(8)). */
export const DAEMON_JSON = '/etc/docker/daemon.json';

const ATTRIBUTES = { mode: '0644', owner: 'root', group: 'root' };

const want = z.strictObject({ settings: z.record(z.string(), z.json()) });

/**
 * All of Docker's settings: a setting that is not wanted is removed. Compared by value, so another order or
 * indentation is no change. Written before the engine is installed, because Debian's package starts it at once.
 */
export const dockerDaemon = defineResource({
  kind: 'docker-daemon',
  want,
  key: () => DAEMON_JSON,

  observe: () => ({
    script: lookAt(DAEMON_JSON, sh`cat -- "$p" || exit 66`),
    parse(output) {
      const have = readPath(DAEMON_JSON, output);
      return have === null ? null : { ...have, settings: parseSettings(have.rest) };
    },
  }),

  diff({ settings }, have): readonly Change[] {
    if (have !== null && (have.type !== 'file' || have.settings === undefined))
      return [{ field: 'content', from: 'not a file with a JSON object', to: shown(settings) }];
    const old = have?.settings ?? {};
    const names = [...new Set([...Object.keys(old), ...Object.keys(settings)])].sort();
    const changes: Change[] = names
      .filter((name) => !isDeepStrictEqual(old[name], settings[name]))
      .map((name) => ({ field: name, from: shown(old[name]), to: shown(settings[name]) }));
    if (have === null && changes.length === 0) return [{ field: 'content', from: null, to: '{}' }];
    return [...changes, ...(have === null ? [] : compareAttributes(ATTRIBUTES, have))];
  },

  apply({ settings }, _have, changes) {
    if (areAttributes(changes))
      return [
        {
          title: `set ${changes.map(({ field }) => field).join(', ')} of ${DAEMON_JSON}`,
          script: setAttributes({ path: DAEMON_JSON, ...ATTRIBUTES }),
        },
      ];
    const content = `${JSON.stringify(settings, null, 2)}\n`;
    return [
      { title: 'check the settings of Docker', script: validate(content) },
      {
        title: `write ${DAEMON_JSON}`,
        script: sh`
          mkdir -p -m 0755 -- /etc/docker || exit 1
          ${writeFile({ path: DAEMON_JSON, content, ...ATTRIBUTES })}`,
      },
    ];
  },

  writes: (_wanted, changes) => (changes.length === 0 || areAttributes(changes) ? [] : [DAEMON_JSON]),
});

/** Asks the engine where there is one that can check (23.0 and later), so that a bad setting never reaches it. */
function validate(content: string) {
  return sh`
    command -v dockerd >/dev/null && dockerd --help | grep -q -e --validate || exit 0
    printf %s ${content} | dockerd --validate --config-file /dev/stdin`;
}

function parseSettings(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return z.record(z.string(), z.unknown()).safeParse(value).data;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): Shown {
  if (value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
