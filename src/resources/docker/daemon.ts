import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { DAEMON_JSON, type Flag, readUnit, type StartLine, showUnit } from '../../facts/index.ts';
import { type Change, defineResource, type Output, Refusal, type Shown } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { keepLastGood } from '../last-good.ts';
import { compareAttributes, lookAt, type PathState, readPath } from '../path.ts';
import { areAttributes, setAttributes, writeFile } from '../write-file.ts';
import { conflicting, saidByFlags } from './flags.ts';
import { holdState } from './held.ts';
import { type EngineState, readStored, showStored } from './stored.ts';

const UNIT = 'docker.service';
/** What was there and is no JSON, for whoever wrote it. */
const COPY = `${DAEMON_JSON}.before-provision`;

const ATTRIBUTES = { mode: '0644', owner: 'root', group: 'root' };

type Settings = Readonly<Record<string, unknown>>;
const settings = z.record(z.string(), z.json());

const want = z.strictObject({
  /** What daemon.json has. `null`: the setting is removed. One that is not named stays as it is. */
  settings,
  /** Settings that go together, where nobody has chosen anything else for the first of them. */
  otherwise: settings.default({}),
  /** Whether an engine that is about to be installed may be older than 29, which keeps images in containerd by itself. */
  mayBeOld: z.boolean().default(false),
});

interface Have {
  readonly file: PathState | null;
  /** `undefined`: not a JSON object. */
  readonly settings: Settings | undefined;
  readonly start: StartLine;
  readonly state: EngineState;
}

/**
 * Docker's settings: those that are named, and whatever else is there. Compared by value, so another order or
 * indentation is no change. Written before the engine is installed, because Debian's package starts it at once. Refused is
 * what Docker would not start with (a setting that is a flag of its unit as well) and what it would come up empty with.
 */
export const dockerDaemon = defineResource({
  kind: 'docker-daemon',
  want,
  key: () => DAEMON_JSON,

  observe: (wanted) => ({
    script: sh`
      ${showUnit}
      ${showStored(rootsIn(wanted.settings))}
      echo ==file
      ${lookAt(DAEMON_JSON, sh`cat -- "$p" || exit 66`)}`,
    parse: readHave,
  }),

  diff(wanted, have): readonly Change[] {
    const { start, state } = have;
    const old = have.settings ?? {};
    const next = nextSettings(wanted, have);
    const changes = changesTo(next, have);
    holdState(old, next, start.flags, state, wanted.mayBeOld);
    refuseForSwarm(next, start.flags);
    if (!areAttributes(changes)) {
      refuseElsewhere(start.flags);
      refuseUnread(have);
      refuseBoth(next, start.flags);
    }
    return changes;
  },

  apply(wanted, have, changes) {
    if (areAttributes(changes))
      return [
        {
          title: `set ${changes.map(({ field }) => field).join(', ')} of ${DAEMON_JSON}`,
          script: setAttributes({ path: DAEMON_JSON, ...ATTRIBUTES }),
        },
      ];
    const content = `${JSON.stringify(nextSettings(wanted, have), null, 2)}\n`;
    return [
      { title: 'check the settings of Docker', script: validate(content, have.start.words) },
      ...(changes.some(({ field }) => field === 'copy')
        ? [
            {
              title: `keep what was there as ${COPY}`,
              script: sh`[ -e ${COPY} ] || cp -aP -- ${DAEMON_JSON} ${COPY}`,
            },
          ]
        : []),
      {
        title: `write ${DAEMON_JSON}`,
        script: sh`
          mkdir -p -m 0755 -- /etc/docker || exit 1
          ${keepLastGood(DAEMON_JSON, UNIT)}
          ${writeFile({ path: DAEMON_JSON, content, ...ATTRIBUTES })}`,
      },
    ];
  },

  writes: (_wanted, changes) => (changes.length === 0 || areAttributes(changes) ? [] : [DAEMON_JSON]),
});

function readHave(output: Output): Have {
  const marks = output.stdout.split(/^==/m).slice(1);
  const at = output.stdout.search(/^==file$/m);
  const rest = output.stdout.slice(at + '==file\n'.length);
  const file = readPath(DAEMON_JSON, { ...output, stdout: rest });
  const parts = marks.map((mark) => {
    const [head = '', ...text] = mark.split('\n');
    const [kind = '', ...path] = head.split(' ');
    return { kind, path: path.join(' '), text: text.join('\n') };
  });
  return {
    file,
    settings: file === null ? {} : parseSettings(file.rest),
    start: readUnit(parts),
    state: readStored(parts.find(({ kind }) => kind === 'stored')?.text ?? ''),
  };
}

/** All settings as they are to be in the file. What flags of the unit say already is not said again. */
function nextSettings(wanted: z.output<typeof want>, { settings: old = {}, start }: Have): Settings {
  const next = new Map(Object.entries(old));
  const named = { ...defaultsFor(wanted.otherwise, old, start.flags), ...wanted.settings };
  for (const [name, value] of Object.entries(named)) {
    if (value === null) next.delete(name);
    else if (next.has(name) || !saidByFlags(name, value, start.flags)) next.set(name, value);
  }
  return Object.fromEntries(next);
}

/** Settings that hold where nobody has chosen others: whoever has chosen one of them has chosen the rest as well. */
function defaultsFor(otherwise: Settings, old: Settings, flags: readonly Flag[]): Settings {
  const names = Object.keys(otherwise);
  const chosen = names.some(
    (name) =>
      flags.some((flag) => flag.name === name) ||
      (name in old && !isDeepStrictEqual(shapeOf(old[name]), shapeOf(otherwise[name]))),
  );
  return chosen ? {} : otherwise;
}

/** What tells a value that was written as a default and then changed from one that somebody wrote: an object's keys. */
const shapeOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value).toSorted() : value;

function changesTo(next: Settings, { file, settings: old }: Have): readonly Change[] {
  if (file !== null && (file.type !== 'file' || old === undefined))
    return [
      {
        field: 'content',
        from: old === undefined ? 'not a file with a JSON object' : `a ${file.type}`,
        to: shown(next),
      },
      { field: 'copy', from: null, to: COPY },
    ];
  const have = old ?? {};
  const names = [...new Set([...Object.keys(have), ...Object.keys(next)])].sort();
  const changes: Change[] = names
    .filter((name) => !isDeepStrictEqual(have[name], next[name]))
    .map((name) => ({ field: name, from: shown(have[name]), to: shown(next[name]) }));
  if (file === null && changes.length === 0) return [{ field: 'content', from: null, to: '{}' }];
  return [...changes, ...(file === null ? [] : compareAttributes(ATTRIBUTES, file))];
}

/** @throws Refusal where dockerd reads another file. */
function refuseElsewhere(flags: readonly Flag[]): void {
  const other = flags.findLast(({ name }) => name === 'config-file');
  if (other === undefined || other.value === DAEMON_JSON) return;
  throw new Refusal(
    `Docker on this host reads its settings from ${other.value} (--config-file in ${other.from}), so what is written to ${DAEMON_JSON} would do nothing`,
    [
      `take --config-file out of ${other.from} once ${DAEMON_JSON} has what ${other.value} says, or set docker: { settings: {} } for this host`,
    ],
  );
}

/** @throws Refusal where a file that cannot be read may say where the engine's state is. */
function refuseUnread({ file, settings: old }: Have): void {
  if (old !== undefined || !/data-root|graph|userns|storage-driver|snapshotter/.test(file?.rest ?? ''))
    return;
  throw new Refusal(
    `${DAEMON_JSON} is not JSON, and it says where or how Docker keeps its data: without that, Docker would come up empty`,
    [
      {
        say: 'correct it by hand; this says where it is wrong',
        run: sh`dockerd --validate --config-file ${DAEMON_JSON}`,
      },
    ],
  );
}

/**
 * @throws Refusal where somebody has set what Docker refuses to be in a swarm with (moby, config_linux.go: IsSwarmCompatible). Packets of
 * containers that nobody filters (`iptables: false`) need no backend.
 */
function refuseForSwarm(next: Settings, flags: readonly Flag[]): void {
  const said = (name: string) => flags.findLast((flag) => flag.name === name);
  const is = (name: string, value: unknown) => String(said(name)?.value ?? next[name]) === String(value);
  const name = is('live-restore', true)
    ? 'live-restore'
    : is('firewall-backend', 'nftables') && !is('iptables', false) && !hasFeature(next, 'swarm-nftables')
      ? 'firewall-backend'
      : undefined;
  if (name === undefined) return;
  const flag = said(name);
  const what = name === 'live-restore' ? name : `${name} nftables`;
  throw new Refusal(`Docker refuses to be in a swarm with ${what}, which ${flag?.from ?? DAEMON_JSON} sets`, [
    flag === undefined
      ? `write docker: { settings: { ${name}: null } } for this host, which takes it out`
      : `take --${name} out of ${flag.from}`,
  ]);
}

const hasFeature = ({ features }: Settings, name: string) =>
  typeof features === 'object' && features !== null && (features as Settings)[name] === true;

/** @throws Refusal for what dockerd does not start with: "specified both as a flag and in the configuration file". */
function refuseBoth(next: Settings, flags: readonly Flag[]): void {
  const both = conflicting(next, flags);
  if (both.length === 0) return;
  const list = both.map(({ name, value, from }) => `${name} (${value} in ${from})`).join(', ');
  const names = [...new Set(both.map(({ name }) => name))];
  throw new Refusal(
    `Docker does not start where a setting is in ${DAEMON_JSON} and a flag of its unit as well: ${list}`,
    [
      `keep the flag, and leave ${names.join(', ')} out of docker.settings and of ${DAEMON_JSON} on this host`,
      {
        say: `or keep the setting, and take the flag out of ${[...new Set(both.map(({ from }) => from))].join(', ')}; see all of it with`,
        run: sh`systemctl cat docker.service`,
      },
    ],
  );
}

/** Asks the engine where there is one that can check (23.0 and later), with its flags, so that a bad setting never reaches it. */
function validate(content: string, flags: readonly string[]) {
  return sh`
    command -v dockerd >/dev/null && dockerd --help | grep -q -e --validate || exit 0
    printf %s ${content} | dockerd ${flags} --validate --config-file /dev/stdin`;
}

function parseSettings(text: string): Settings | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return z.record(z.string(), z.unknown()).safeParse(value).data;
  } catch {
    // Docker takes an empty file for one without settings.
    return text.trim() === '' ? {} : undefined;
  }
}

const rootsIn = (wanted: Settings): readonly string[] =>
  [wanted['data-root'], wanted.graph].flatMap((root) =>
    typeof root === 'string' && root.startsWith('/') ? [root] : [],
  );

function shown(value: unknown): Shown {
  if (value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
