import { sh } from '../shell/index.ts';
import { DAEMON_JSON, readUnit } from './docker-start.ts';
import { type Membership, readMembership, type StoredMembership } from './swarm-membership.ts';
import { SEARCH } from './swarm-state.ts';

/** What a host printed under a heading: `==name value`, then rows. */
export interface Section {
  readonly name: string;
  readonly value: string;
  readonly rows: readonly string[];
}

/** Why it is not known whether a host is in a swarm, and commands that show more and change nothing. */
export interface Doubt {
  readonly reason: string;
  readonly looks: readonly string[];
}

export interface Places {
  /** Where the engine keeps its data: by its own word while it runs, else by its settings. */
  readonly root: string;
  readonly membership: Membership | undefined;
  readonly elsewhere: readonly StoredMembership[];
  readonly doubt: Doubt | undefined;
}

const DEFAULT = '/var/lib/docker';
const REMAPPED = /\/\d+\.\d+$/;

/** Where an engine's data is, and which states of swarms are on the disks. `whole`: the host got through all that it was asked. */
export function readPlaces(parts: readonly Section[], whole: boolean): Places {
  const named = (name: string) => parts.filter((part) => part.name === name);
  const told = named('told').at(-1)?.value;
  const settled = settledRoot(parts);
  const broken: string[] = [];
  const byRoot = new Map<string, StoredMembership>();
  for (const { value: root, rows } of named('certificate')) {
    // What broke off in the middle of one has told nothing by it.
    if (!whole && !rows.some((row) => row.startsWith('-----END'))) continue;
    try {
      byRoot.set(root, { root, ...readMembership(rows.join('\n')) });
    } catch {
      broken.push(root);
    }
  }
  const nameless = named('nameless');
  const stored = [...byRoot.values()];
  const usedBy = usedIn(parts);
  const own = stored.filter(({ root }) =>
    told === undefined && settled.remapped
      ? REMAPPED.test(root) && root.replace(REMAPPED, '') === settled.path
      : root === (told ?? settled.path),
  );
  const [first] = own;
  return {
    root: first?.root ?? told ?? settled.path,
    membership: first && {
      clusterId: first.clusterId,
      nodeId: first.nodeId,
      role: first.role,
      // An engine that runs has its own open itself. What is open is named without the links that lead there.
      ...(told === undefined && {
        usedBy: stored.flatMap(({ root, nodeId }) =>
          nodeId === first.nodeId ? (usedBy.get(root) ?? []) : [],
        )[0],
      }),
    },
    elsewhere: stored.filter((one) => one !== first).map((one) => ({ ...one, usedBy: usedBy.get(one.root) })),
    doubt:
      linkedAway(nameless) ??
      unreadable([...broken, ...nameless.map(({ value }) => value)]) ??
      doubtOf(parts, { path: told ?? settled.path, named: settled.named }, first !== undefined),
  };
}

/**
 * Which processes have the state below a data root open. docker.service itself has, while it starts and ends; where it cannot be asked
 * at all, for there is no command `docker`, whatever runs is told.
 */
function usedIn(parts: readonly Section[]): ReadonlyMap<string, number> {
  const absent = parts.some(({ name, value }) => name === 'engine' && value === 'absent');
  return new Map(
    parts.flatMap(({ name, value }) => {
      const [, pid, unit, root] = (name === 'used' && /^(\d+) (\S+) (.*)$/.exec(value)) || [];
      return root === undefined || (unit === 'docker.service' && !absent)
        ? []
        : [[root, Number(pid)] as const];
    }),
  );
}

/** What the engine would be started with. */
function settledRoot(parts: readonly Section[]): { path: string; named: boolean; remapped: boolean } {
  const files = parts.map(({ name, value, rows }) => ({ kind: name, path: value, text: rows.join('\n') }));
  const { flags } = readUnit(files);
  const flag = (name: string) => flags.findLast((one) => one.name === name)?.value;
  const config = flag('config-file') ?? DAEMON_JSON;
  const text = files.find(({ kind, path }) => kind === 'settings' && path === config)?.text ?? '';
  const set = (name: string) => flag(name) ?? settingIn(text, name);
  const path = set('data-root') ?? settingIn(text, 'graph');
  const remap = set('userns-remap');
  return {
    path: (path || DEFAULT).replace(/(.)\/+$/, '$1'),
    named: path !== undefined && path !== '',
    remapped: remap !== undefined && remap !== '',
  };
}

/** A file that is no JSON stops Docker, and says where its data is all the same. */
function settingIn(text: string, name: string): string | undefined {
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown> | null)?.[name];
  } catch {
    value = new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1];
  }
  return typeof value === 'string' ? value : undefined;
}

/** The state of a swarm where a link leads to nothing. */
function linkedAway(nameless: readonly Section[]): Doubt | undefined {
  const away = nameless.find(({ rows }) => rows.length > 0);
  if (away === undefined) return undefined;
  return {
    reason: `its Docker may keep the state of a swarm on a disk that is not there now. ${away.rows.join('; ')}`,
    looks: [sh`ls -la ${away.value}; findmnt; systemctl list-units --all --type=mount`.shown],
  };
}

/** The state of a swarm that does not say of which: its certificate was lost, or is empty as where a disk was full when it was renewed. */
function unreadable([root]: readonly string[]): Doubt | undefined {
  if (root === undefined) return undefined;
  const state = `${root}/swarm`;
  return {
    reason: `${state} is the state of a swarm, and its certificate (certificates/swarm-node.crt) cannot be read, so of which one is not known. Bring that file back from a backup, or, only where that state is of no use any more, move ${state} aside`,
    looks: [sh`ls -la ${state} ${`${state}/certificates`}`.shown],
  };
}

function doubtOf(
  parts: readonly Section[],
  { path, named }: { readonly path: string; readonly named: boolean },
  found: boolean,
): Doubt | undefined {
  const all = (name: string) => parts.filter((part) => part.name === name);
  const looks = [
    sh`findmnt -T ${path}; ls -la ${path}; systemctl list-units --all --type=mount`.shown,
    'systemctl status docker; journalctl -u docker --since -1hour | tail -n 50',
  ];
  const away = (reason: string) => ({
    reason: `its Docker keeps its data in ${path}, which may not be there now. ${reason}`,
    looks,
  });
  const running = all('told').length > 0;
  const seen = all('place').findLast(({ value }) => value.slice(value.indexOf(' ') + 1) === path);
  if (seen === undefined) {
    if (!running) return away('It was not looked at');
  } else if (seen.rows.length > 0) return away(seen.rows.join('; '));
  else if (!running) {
    const what = seen.value.split(' ')[0];
    const other = path !== DEFAULT || named;
    const had = all('past').length > 0;
    if (what === 'silent') return away('It cannot be listed');
    // A host that never had an engine has no disk of one, whatever its settings name for later.
    if (had && (what === 'empty' || (what === 'absent' && other)))
      return away(
        `It is ${what === 'empty' ? 'empty' : 'not there'}, and Docker does not run: its disk may be missing. Mount that first. Only if nothing was ever there, start Docker, which then says itself that it is in no swarm`,
      );
  }
  const slow = found ? undefined : all('slow')[0];
  return (
    slow && {
      reason: `to look through its disks for the state of a swarm took longer than ${SEARCH} s, at ${slow.value}: run again, for what was read once is read faster. If that does not help, look as below: a directory with very many entries near the top is what takes the time. Move that deeper, or unmount ${slow.value} for this run where it is no part of the system`,
      looks: [
        sh`find ${slow.value} -xdev -maxdepth 5 -type d -path ${'*/swarm/certificates'}`.shown,
        sh`du -x --inodes --max-depth=3 ${slow.value} | sort -n | tail`.shown,
      ],
    }
  );
}
