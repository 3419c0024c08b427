import { isDeepStrictEqual } from 'node:util';
import type { Flag } from '../../facts/index.ts';
import { Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { yamlWord } from '../yaml-word.ts';
import { DEFAULT_ROOT, type EngineState, type Stored } from './stored.ts';

type Settings = Readonly<Record<string, unknown>>;

/**
 * Settings with another value of which an engine comes up empty: it looks elsewhere for its containers, volumes and swarm, or does
 * not know the images that it has. What they hold is still there, and nobody sees it.
 */
const HELD = [
  'data-root',
  'graph',
  'exec-root',
  'storage-driver',
  'userns-remap',
  'containerd',
  'containerd-namespace',
  'containerd-plugin-namespace',
] as const;

/** @throws Refusal where an engine that holds something would look for it elsewhere once it is started with `next`. */
export function holdState(
  old: Settings,
  next: Settings,
  flags: readonly Flag[],
  state: EngineState,
  mayBeOld = false,
): void {
  const flagged = flags.findLast(({ name }) => name === 'data-root')?.value;
  const then = flagged ?? pathIn(next) ?? DEFAULT_ROOT;
  if (mayBeOld && !state.installed && snapshotter(next) !== true) refuseSnapshots(then, state);
  const held = heldBy(old, flags, state);
  if (held === undefined) {
    refuseUnseen(flagged ?? pathIn(old) ?? DEFAULT_ROOT, then, state);
    return;
  }
  const { root, what } = held;
  if (realOf(then, state) !== realOf(root, state))
    throw new Refusal(
      `Docker keeps ${what} in ${root}; started with data-root ${then} it would come up empty, without swarm, volumes and containers`,
      [
        root === DEFAULT_ROOT
          ? `leave data-root as it is: take it out of docker.settings, and where daemon.json has it by hand, set it back to ${root}`
          : `leave data-root as it is: write docker: { settings: { data-root: ${yamlWord(root)} } } for this host`,
        {
          say: `to move it, one host at a time and while the other managers are up, stop Docker, which ends what runs there, and copy it. Then set data-root by hand in daemon.json, start Docker, and remove ${root} only when all is there. To stop and copy`,
          run: sh`test ! -e ${then} && systemctl stop docker.service docker.socket && cp -aT -- ${root} ${then}`,
        },
      ],
    );
  for (const name of HELD.filter((each) => each !== 'data-root' && each !== 'graph')) {
    if (isDeepStrictEqual(old[name], next[name]) || isAsItRuns(name, next[name], state)) continue;
    throw new Refusal(changes(what, root, name, old[name], next[name]), stays(name, old[name]));
  }
  const [was, becomes] = [snapshotter(old), snapshotter(next)];
  if (was !== becomes && becomes !== (state.running?.snapshotter ?? keptByContainerd(root, state)))
    throw new Refusal(
      changes(what, root, 'features.containerd-snapshotter', was, becomes),
      stays('features', old.features),
    );
}

/**
 * An engine shows the containers alone that were made with its own storage driver (moby, daemon.go: "not restoring container").
 *
 * @throws Refusal where a newer one has been there.
 */
function refuseSnapshots(root: string, state: EngineState): void {
  const { snapshots = 0 } = state.roots.find(({ path }) => path === root) ?? {};
  if (snapshots === 0) return;
  throw new Refusal(
    `${snapshots === 1 ? 'a container' : `${snapshots} containers`} in ${root} and their images are kept by containerd, as Docker does from 29 on. The engine that is to be installed may be older, and would not show them`,
    [
      'write docker: { source: docker-ce } for this host, for an engine that does the same',
      'or write docker: { settings: { features: { containerd-snapshotter: true } } }, with which an older one does',
    ],
  );
}

/**
 * An engine that is stopped and holds nothing that can be seen may have been one of the directory that it is to use now, whose
 * disk is away, and may have lost its settings.
 *
 * @throws Refusal
 */
function refuseUnseen(now: string, then: string, state: EngineState): void {
  if (!state.installed || state.running !== undefined || realOf(then, state) === realOf(now, state)) return;
  const stored = state.roots.find(({ path }) => path === then);
  if (stored?.exists === true && contents(stored, state) !== '') return;
  throw new Refusal(
    `Docker is installed and does not run, and is to keep its data in ${then}, where nothing of an engine is: if that is on a disk that is not there now, Docker would come up empty, without swarm, volumes and containers`,
    [
      {
        say: 'if nothing was ever there, start Docker, which then says itself what it has, and run again',
        run: sh`systemctl start docker.service`,
      },
      {
        say: 'else bring its disk back first',
        run: sh`findmnt -T ${then}; ls -la ${then}; systemctl list-units --all --type=mount`,
      },
    ],
  );
}

function changes(what: string, root: string, name: string, from: unknown, to: unknown): string {
  const shown = (value: unknown) => (value === undefined ? 'not set' : JSON.stringify(value));
  return `Docker keeps ${what} in ${root}; with ${name} changed from ${shown(from)} to ${shown(to)} it would not see all of it any more`;
}

const stays = (name: string, value: unknown): readonly string[] => [
  value === undefined
    ? `take ${name} out of docker.settings`
    : `write docker: { settings: { ${name}: ${JSON.stringify(value)} } } for this host, or leave ${name} out`,
  `to change it, bring what its containers and volumes hold to safety first, then set it by hand in daemon.json`,
];

/** What the engine holds, and where; `undefined`: nothing, as on a bare host. */
function heldBy(
  old: Settings,
  flags: readonly Flag[],
  state: EngineState,
): { readonly root: string; readonly what: string } | undefined {
  const flagged = flags.findLast(({ name }) => name === 'data-root')?.value;
  const told = flagged ?? pathIn(old);
  const root = state.running?.root ?? told ?? DEFAULT_ROOT;
  const stored = state.roots.find(({ path, real }) => path === root || real === root);
  // A directory that somebody has named and that is not there may be on a disk that is not mounted.
  const away = stored === undefined || !stored.listed || (!stored.exists && told !== undefined);
  if (away && state.installed && (stored !== undefined || told !== undefined))
    return { root, what: 'what cannot be seen now (is its disk mounted?)' };
  const what = contents(stored, state);
  return what === '' ? undefined : { root, what };
}

/** Whether all containers of an engine that does not run were made with containerd's images; `undefined`: that is not known. */
function keptByContainerd(root: string, { roots }: EngineState): true | undefined {
  const stored = roots.find(({ path, real }) => path === root || real === root);
  return stored !== undefined && stored.snapshots > 0 && stored.snapshots === stored.containers
    ? true
    : undefined;
}

function contents(stored: Stored | undefined, { running }: EngineState): string {
  const count = (number: number, noun: string) =>
    number === 0 ? [] : [`${number} ${noun}${number === 1 ? '' : 's'}`];
  return [
    ...(stored?.swarm === true ? ['its membership of a swarm'] : []),
    ...count(Math.max(stored?.containers ?? 0, running?.containers ?? 0), 'container'),
    ...count(stored?.volumes ?? 0, 'volume'),
    ...count(Math.max(stored?.images ?? 0, running?.images ?? 0), 'image'),
  ].join(', ');
}

const pathIn = (settings: Settings): string | undefined => {
  const value = settings['data-root'] ?? settings.graph;
  return typeof value === 'string' ? value.replace(/(.)\/+$/, '$1') : undefined;
};

const realOf = (path: string, { roots }: EngineState) =>
  roots.find((root) => root.path === path)?.real ?? path;

/** To write down what the engine does anyway changes nothing for it. */
function isAsItRuns(name: string, value: unknown, { running }: EngineState): boolean {
  if (value === undefined) return false;
  if (name === 'storage-driver')
    return running !== undefined && !running.snapshotter && running.driver === value;
  if (name === 'exec-root') return value === '/var/run/docker' || value === '/run/docker';
  return false;
}

function snapshotter({ features }: Settings): boolean | undefined {
  if (typeof features !== 'object' || features === null) return undefined;
  const value = (features as Settings)['containerd-snapshotter'];
  return typeof value === 'boolean' ? value : undefined;
}
