import type { Finding } from '../errors/index.ts';
import type { Resource } from '../resource/index.ts';
import type { BuiltStage } from './built-stage.ts';
import { judgeHost } from './judge.ts';
import { reached } from './reach.ts';
import type { Run } from './run.ts';

/** Whether it changes a host that `--limit` leaves out, through whichever host: nothing of that one is changed. */
export function isAboutLeftOut({ about }: Resource, { options, states }: Run): boolean {
  return about !== undefined && states.has(about) && !options.selected.has(about);
}

/**
 * What hosts of `--limit` need that is changed through one which it leaves out. What differs is refused, for else the host would be
 * told to have no changes; what cannot be told yet, as labels of a node that has not joined, leaves the rest of the run as it is.
 */
export function throughLeftOut(run: Run, built: readonly BuiltStage[]): readonly Finding[] {
  const { selected } = run.options;
  return reached(run)
    .filter(({ host }) => !selected.has(host.name))
    .flatMap(({ host, outputs }) =>
      judgeHost(built, host.name, outputs)
        .flat()
        .flatMap(({ resource: { id, about }, verdict }): readonly Finding[] => {
          if (about === undefined || !selected.has(about)) return [];
          const differs = verdict.state === 'observed' && verdict.changes.length > 0;
          if (!differs && verdict.state !== 'unobservable') return [];
          return [
            {
              level: differs ? 'refuse' : 'warn',
              code: 'left-out',
              host: about,
              message: `\`${id}\` is changed through ${host.name}, and --limit leaves ${host.name} out`,
              fix: [`run without --limit, or with ${host.name} in it`],
            },
          ];
        }),
    );
}
