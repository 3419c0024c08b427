import { z } from 'zod';
import {
  askGluster,
  gluster,
  glusterAnswer,
  glusterVolumeInfo,
  glusterVolumes,
  readVolumes,
} from '../../facts/index.ts';
import { byName, type Change, compare, defineResource, inParts, Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';

/** Has a command of its own. */
const GRANULAR = 'cluster.granular-entry-heal';
const ALLOW = 'auth.allow';

const want = z.strictObject({
  /** Its name. */
  name: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  /** Bricks of one set, the arbiter included. */
  setSize: z.int().min(3),
  /** Whether the last brick of each set holds names and attributes only. */
  arbiter: z.boolean(),
  /** The bricks, `name:path` as the volume has it, set by set. */
  bricks: z.array(z.string()).min(1),
  /** Those of them whose hosts did not answer. Nothing here can bring them online, and nothing is added while there are any. */
  away: z.array(z.string()).default([]),
  /**
   * Those of them whose hosts are in the pool at this moment: nobody has looked at them, and `start force` makes a brick of whatever directory
   * is at the place of one, also of the bare mount point of a disk that is away (glusterd_op_stage_start_volume, 11).
   */
  unseen: z.array(z.string()).default([]),
  /** Options that it has, by their names. Others that were set stay. */
  options: z.record(z.string(), z.string()),
  /** Options that are on unless somebody turns them off, and are to be on. */
  keptOn: z.array(z.string()).default([]),
  /** Addresses that may mount it. Their order means nothing; whoever else was let in by hand stays so. */
  allow: z.array(z.string()).default([]),
  /** Whether bricks may be where glusterd does not take them by itself, as on the root file system. */
  force: z.boolean().default(false),
});

interface VolumeChange extends Change {
  /** Bricks that it gets. */
  readonly added?: readonly string[];
  /** The brick that is started. */
  readonly offline?: string;
}

/**
 * A replicated volume that is started, with all its bricks online (those of hosts that answered) and these options. It may get more bricks, never
 * fewer: a brick that goes takes data with it.
 */
export const glusterVolume = defineResource({
  kind: 'gluster-volume',
  want,
  key: ({ name }) => name,

  observe: ({ name }) =>
    inParts(
      {
        volumes: askGluster(glusterVolumes),
        status: sh`
          case $(${glusterVolumeInfo(name)}) in
            *'Status: Started'*) (${gluster(['volume', 'status', name, 'detail'])}) || exit 1 ;;
          esac`,
      },
      (said, output) => {
        const answer = glusterAnswer('its volumes', output);
        if (typeof answer !== 'string') return answer;
        const volume = readVolumes(said.volumes.split('\n')).find((other) => other.name === name);
        return volume === undefined ? null : { ...volume, online: onlineBricks(said.status) };
      },
    ),

  diff(wanted, have): readonly VolumeChange[] {
    const added = wanted.bricks.filter((brick) => !have?.bricks.includes(brick));
    if (added.length > 0 && wanted.away.length > 0)
      throw new Refusal(
        `volume ${wanted.name} is to get ${added.join(', ')}, and the hosts of ${wanted.away.join(', ')} did not answer; bricks are added while all are there`,
        [sh`gluster volume status ${wanted.name}`, 'Bring those hosts back, and run again with all hosts.'],
      );
    if (have === null) return made(wanted);
    if (!/Replicate/.test(have.type))
      throw new Refusal(
        `volume ${wanted.name} is of the type ${have.type}, and this tool keeps replicated volumes only; a run does not change how mail is kept`,
        [
          sh`gluster volume info ${wanted.name}`,
          'Write storage.volume: NAME of a volume that is to be made beside it, and name this one in storage.otherVolumes; then move the mail by hand.',
        ],
      );
    if (have.setSize === 2)
      throw new Refusal(
        `volume ${wanted.name} keeps two copies, which cannot outvote each other: after a cut both sides may have written`,
        [
          sh`gluster volume info ${wanted.name}`,
          {
            say: 'Give it a third brick on a third host, which may be an arbiter. That host has to be in the pool first (gluster peer probe). Write its name in the pool and the path for HOST:PATH',
            run: sh`gluster volume add-brick ${wanted.name} replica 3 arbiter 1 HOST:PATH`,
          },
        ],
      );
    if (have.setSize !== wanted.setSize || have.arbiter !== wanted.arbiter)
      throw new Refusal(
        `volume ${wanted.name} has sets of ${have.setSize}${have.arbiter ? ' with an arbiter' : ''}; a run does not change how often mail is kept`,
        [
          `Write ${have.arbiter ? 'storage.arbiter: true' : `storage.replica: ${have.setSize}, and no storage.arbiter`}.`,
        ],
      );
    const gone = have.bricks.filter((brick) => !wanted.bricks.includes(brick));
    if (gone.length > 0)
      throw new Refusal(
        `volume ${wanted.name} has ${gone.join(', ')}, and the inventory gives that host no brick; a run removes no brick`,
        [sh`gluster volume info ${wanted.name}`, 'Write storage.brick: true for the host that has it.'],
      );
    const judged = have.bricks.filter((brick) => !wanted.away.includes(brick));
    const offline = have.started ? judged.filter((brick) => !have.online.includes(brick)) : [];
    if (offline.length > 0 && wanted.unseen.length > 0)
      throw new Refusal(
        `${offline.join(', ')} of volume ${wanted.name} is offline, and the hosts of ${wanted.unseen.join(', ')} did not answer. To start it by force could make an empty brick of a directory there that is none, whose disk is away`,
        [
          sh`gluster volume status ${wanted.name}`,
          'Run again with all hosts.',
          'If they cannot be reached, start glusterd anew on the host of the brick that is offline (systemctl restart glusterd) while the other bricks are online, and run again.',
        ],
      );
    return [
      ...(added.length > 0
        ? [{ field: 'bricks', from: have.bricks.join(' '), to: [...have.bricks, ...added].join(' '), added }]
        : []),
      ...compare('status', have.started ? 'started' : 'stopped', 'started'),
      ...offline.map((brick) => ({ field: `brick ${brick}`, from: 'offline', to: 'online', offline: brick })),
      ...Object.entries(optionsOf(wanted, have.options)).flatMap(([name, to]) =>
        compare(name, have.options[name] ?? null, to),
      ),
    ];
  },

  asNew: made,

  lasting: ({ name, setSize, arbiter }, changes) =>
    changes.flatMap(({ field, added }) => {
      const copies = arbiter ? `${setSize - 1} times beside an arbiter` : `${setSize} times`;
      if (field === 'volume') return [`volume ${name} keeps every file ${copies}, and that stays so`];
      if (added === undefined) return [];
      return [`volume ${name} gets ${added.join(', ')}, and a run takes no brick away`];
    }),

  apply(wanted, have, changes) {
    const { name, setSize, arbiter, bricks, away, unseen, force } = wanted;
    const options = optionsOf(wanted, have?.options ?? {});
    const fields = new Set(changes.map(({ field }) => field));
    const steps = [];
    const kind = arbiter ? ['replica', String(setSize - 1), 'arbiter', '1'] : ['replica', String(setSize)];
    const forced = force ? ['force'] : [];
    if (have === null)
      steps.push({
        title: `make volume ${name}`,
        script: gluster(['volume', 'create', name, ...kind, ...bricks, ...forced]),
      });
    const granular = options[GRANULAR];
    if (granular !== undefined && (have === null || fields.has(GRANULAR)))
      steps.push({
        title: `${granular} healing by name in volume ${name}`,
        script: gluster(['volume', 'heal', name, 'granular-entry-heal', granular]),
      });
    const set = Object.entries(options)
      .filter(([option]) => fields.has(option) && option !== GRANULAR)
      .flat();
    if (set.length > 0)
      steps.push({
        title: `set options of volume ${name}`,
        script: gluster(['volume', 'set', name, ...set]),
      });
    const added = changes.flatMap((change) => change.added ?? []);
    if (added.length > 0)
      steps.push(
        {
          title: `add ${added.join(' ')}`,
          script: gluster(['volume', 'add-brick', name, ...added, ...forced]),
        },
        {
          title: 'let new files go to them',
          script: gluster(['volume', 'rebalance', name, 'fix-layout', 'start']),
        },
      );
    if (have === null || fields.has('status'))
      steps.push({ title: `start volume ${name}`, script: gluster(['volume', 'start', name]) });
    else if (changes.some(({ offline }) => offline !== undefined))
      steps.push({
        title: 'start the bricks that are offline',
        script: gluster(['volume', 'start', name, 'force']),
      });
    steps.push({
      title: `wait until all bricks${away.length === 0 ? '' : ' of the hosts that answered'} are online`,
      script: allOnline(
        name,
        bricks.filter((brick) => !away.includes(brick)),
        unseen.length === 0,
      ),
    });
    return steps;
  },

  output: (_wanted, have) => ({ id: have?.id }),
});

/** What makes it. */
function made(wanted: z.infer<typeof want>): readonly VolumeChange[] {
  const { bricks, setSize, arbiter } = wanted;
  const shape = `${bricks.length / setSize} x ${arbiter ? `${setSize - 1} and an arbiter` : setSize}: ${bricks.join(' ')}`;
  const options = Object.entries(optionsOf(wanted, {}));
  return [
    { field: 'volume', from: null, to: shape },
    ...options.map(([name, to]) => ({ field: name, from: null, to })),
  ];
}

/** All options that are to be set, where these are now. */
function optionsOf(
  { options, allow, keptOn }: z.output<typeof want>,
  have: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...options, ...allowed(allow, have[ALLOW]), ...turnedOff(keptOn, have) };
}

/** The option that lets these in: as it is where it lets them in already, else with what it has. The default is everybody. */
function allowed(wanted: readonly string[], have: string | undefined): Readonly<Record<string, string>> {
  if (wanted.length === 0) return {};
  const there = (have ?? '*').split(',').map((address) => address.trim());
  const kept = there.filter((address) => address !== '*');
  if (have !== undefined && kept.length === there.length && wanted.every((address) => kept.includes(address)))
    return { [ALLOW]: have };
  const all = [...new Set([...kept, ...wanted])].map((name) => ({ name })).toSorted(byName);
  return { [ALLOW]: all.map(({ name }) => name).join(',') };
}

/** Those of the options that somebody turned off (gf_string2boolean, GlusterFS 11: what counts for on). */
function turnedOff(
  names: readonly string[],
  have: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const off = names.filter((name) => !/^(1|on|yes|true|enable)$/i.test(have[name] ?? 'on'));
  return Object.fromEntries(off.map((name) => [name, 'on']));
}

/** Seconds in which bricks come online: the kernel remembers the port of a brick that has ended for 60 (tcp(7), TIME-WAIT). */
const ONLINE = 90;

function allOnline(name: string, bricks: readonly string[], byForce: boolean) {
  return sh`
    n=0
    while :; do
      online=$(gluster --mode=script volume status ${name} detail | sed -n -e '/^Brick *: Brick /{s///;s/ *$//;h;}' -e '/^Online *: Y/{x;p;}')
      left=
      for brick in ${bricks}; do
        printf '%s\n' "$online" | grep -qxF -e "$brick" || left="$left $brick"
      done
      [ -n "$left" ] || break
      n=$((n + 1))
      [ "$n" -lt ${ONLINE / 2} ] || { echo "not online:$left" >&2; gluster --mode=script volume status ${name} >&2; exit 1; }
      # A brick that found its port still remembered is not tried again by glusterd.
      ${byForce ? sh`[ $((n % 5)) -ne 0 ] || gluster --mode=script volume start ${name} force >/dev/null 2>&1` : sh`:`}
      sleep 2
    done`;
}

/** `gluster volume status V detail`: a paragraph a brick. Bricks of hosts that are away are not listed. */
function onlineBricks(text: string): readonly string[] {
  return text
    .split(/^-{20,}$/m)
    .filter((part) => /^Online *: Y/m.test(part))
    .map((part) => /^Brick *: Brick (\S+)/m.exec(part)?.[1] ?? '');
}
