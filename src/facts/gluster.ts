import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { glusterPeers, glusterThere, glusterVolumes, NOT_RUNNING, OWN_PATIENCE } from './ask-gluster.ts';
import { type BrickFacts, FIND_BRICKS, readBricks } from './bricks.ts';

/** Another node of the pool, as glusterd lists it. */
export interface GlusterPeer {
  /** The UUID of the node in the pool. */
  readonly uuid: string;
  /** All names that the peer is known by, addresses as well. */
  readonly names: readonly string[];
  /** How it stands with the node, as glusterd says it: `Peer in Cluster (Connected)`. */
  readonly state: string;
}

/** A volume, as glusterd describes it. */
export interface GlusterVolume {
  /** Its name. */
  readonly name: string;
  /** Its id, which no other volume has. */
  readonly id: string;
  /** Its type, as glusterd says it: `Replicate`, `Distributed-Replicate`, `Disperse`. */
  readonly type: string;
  /** Whether it is started. */
  readonly started: boolean;
  /** Bricks of one replica set, the arbiter included. */
  readonly setSize: number;
  /** Whether the last brick of each set holds names and attributes only. */
  readonly arbiter: boolean;
  /** `name:path` as they were spelt when they were made, in the order of the replica sets. */
  readonly bricks: readonly string[];
  /** Its options, only those that were set. */
  readonly options: Readonly<Record<string, string>>;
}

export interface GlusterFacts extends BrickFacts {
  /** Whether glusterd is installed, and whether it runs. */
  readonly daemon: 'absent' | 'stopped' | 'running';
  /** The UUID of this node in the pool. glusterd makes it when it is first needed. */
  readonly uuid: string | undefined;
  /** The version of the pool, which all its nodes can run (`cluster.op-version`). */
  readonly operatingVersion: string | undefined;
  /** The other nodes of the pool, as the daemon says; empty where it does not run. */
  readonly peers: readonly GlusterPeer[];
  /** The volumes of the pool, as the daemon says; empty where it does not run. */
  readonly volumes: readonly GlusterVolume[];
  /** Volumes that the files of glusterd know, by name, whether it runs or not. */
  readonly known: Readonly<Record<string, string>>;
  /** Paths of bricks that a process serves on this host at the moment. */
  readonly serving: readonly string[];
  /** Addresses that use bricks on this host at the moment. */
  readonly clients: readonly string[];
  /** What glusterd reads when it starts, by option (glusterd.vol). */
  readonly daemonOptions: Readonly<Record<string, string>>;
  /** Addresses that this host finds for the names of peers and bricks. */
  readonly resolved: Readonly<Record<string, readonly string[]>>;
}

/** Seconds that a name server may take. */
const NAME_PATIENCE = 5;

const ASK = `\
sed -n 's/^[[:space:]]*option[[:space:]]\\{1,\\}/option /p' /etc/glusterfs/glusterd.vol 2>/dev/null
d=$(sed -n 's/^[[:space:]]*option[[:space:]]\\{1,\\}working-directory[[:space:]]\\{1,\\}//p' /etc/glusterfs/glusterd.vol 2>/dev/null | tail -n 1 | tr -d '" ')
d=\${d:-/var/lib/glusterd}
[ -r "$d/glusterd.info" ] && sed 's/^/self /' "$d/glusterd.info"
for f in "$d"/vols/*/info; do
  [ -e "$f" ] || continue
  v=\${f%/info}
  echo "known \${v##*/} $(sed -n 's/^volume-id=//p' "$f")"
done
recorded_bricks
[ -e "$d/vols/$wanted/info" ] || lost_bricks
for n in $(sed -n 's/^hostname[0-9]*=//p' "$d"/peers/* "$d"/vols/*/bricks/* 2>/dev/null | sort -u); do
  (echo "name $n $(timeout ${NAME_PATIENCE} getent ahosts "$n" | cut -d' ' -f1 | sort -u | tr '\\n' ' ')") &
done
wait
[ -z "$(ls "$d/vols" 2>/dev/null)" ] || ss -Htnp state established 2>/dev/null | grep '"glusterfsd"' | while read -r _ _ _ to _; do
  echo "client \${to%:*}"
done
[ -z "$(ls "$d/vols" 2>/dev/null)" ] || grep -hszxA1 -e '--brick-nam[e]' /proc/[0-9]*/cmdline | tr '\\0' '\\n' | sed -n 's|^/|serving /|p'`;

/** A daemon that runs is there, wherever its program is. */
const ASK_DAEMON = sh`
  ${glusterThere} || {
    [ "$gluster_there_code" -eq ${NOT_RUNNING} ] || exit 66
    if command -v glusterd >/dev/null; then echo 'daemon stopped'; else echo 'daemon absent'; fi
    exit 0
  }
  echo 'daemon running'
  ${glusterPeers} >/dev/null && ${glusterVolumes} >/dev/null || exit 66
  ${glusterPeers} | sed 's/^/peers /'
  ${glusterVolumes} | sed 's/^/volumes /'`;

/**
 * What a host says of GlusterFS, and of lost bricks where it does not know the volume that is wanted. They are not looked for in the
 * directories `passed`.
 */
export const glusterFacts = (volume: string, passed: readonly string[] = []): Probe<GlusterFacts> => ({
  script: lines([FIND_BRICKS, sh`wanted=${volume} passed=${passed.join('\n')}`, raw(ASK), ASK_DAEMON]),

  parse(output) {
    if (output.code !== 0)
      throw new ProbeError(`could not ask glusterd (it has ${OWN_PATIENCE} s to answer)`, output);
    const rows = output.stdout.split('\n').map((line): [string, string] => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    });
    const all = (name: string) => rows.filter(([key]) => key === name).map(([, value]) => value);
    const self = new Map(all('self').map((line) => line.split('=') as [string, string]));
    return {
      daemon: (all('daemon')[0] ?? 'absent') as GlusterFacts['daemon'],
      uuid: self.get('UUID'),
      operatingVersion: self.get('operating-version'),
      peers: readPeers(all('peers')),
      volumes: readVolumes(all('volumes')),
      known: Object.fromEntries(all('known').map((line) => line.split(' ') as [string, string])),
      ...readBricks(all),
      serving: all('serving'),
      clients: [...new Set(all('client').map((client) => client.replace(/^\[(?:::ffff:)?(.*)\]$/, '$1')))]
        .filter((address) => !/^127\.|^::1$/.test(address))
        .toSorted(),
      daemonOptions: Object.fromEntries(
        all('option').map((line) => [line.split(/\s/)[0] ?? '', line.replace(/^\S+\s*/, '').trim()]),
      ),
      resolved: Object.fromEntries(
        all('name')
          .toSorted()
          .map((line) => line.trim().split(' '))
          .map(([name = '', ...addresses]) => [name, addresses]),
      ),
    };
  },
});

/** Asks nothing, where the inventory has no GlusterFS. */
export const noGluster: Probe<GlusterFacts> = {
  script: sh`:`,
  parse: () => glusterFacts('').parse({ code: 0, stdout: '', stderr: '' }),
};

/** `gluster peer status`: a paragraph a peer. */
export function readPeers(lines: readonly string[]): readonly GlusterPeer[] {
  return lines
    .join('\n')
    .split(/\n(?=Hostname: )/)
    .filter((text) => text.startsWith('Hostname: '))
    .map((text) => {
      const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
      const others = text.split('Other names:\n')[1]?.split('\n') ?? [];
      return {
        uuid: value('Uuid'),
        names: [value('Hostname'), ...others.map((name) => name.trim()).filter((name) => name !== '')],
        state: value('State'),
      };
    });
}

/** `gluster volume info`: a paragraph a volume. */
export function readVolumes(lines: readonly string[]): readonly GlusterVolume[] {
  return lines
    .join('\n')
    .split(/\n(?=Volume Name: )/)
    .filter((text) => text.startsWith('Volume Name: '))
    .map((text) => {
      const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
      const bricks = [...text.matchAll(/^Brick\d+: (\S+)( \(arbiter\))?$/gm)];
      const options = text.split('Options Reconfigured:\n')[1]?.split('\n') ?? [];
      // `1 x 3 = 3`, and with an arbiter `1 x (2 + 1) = 3`.
      const size = /x \(?(\d+)(?: \+ (\d+)\))?/.exec(value('Number of Bricks'));
      return {
        name: value('Volume Name'),
        id: value('Volume ID'),
        type: value('Type'),
        started: value('Status') === 'Started',
        setSize: Number(size?.[1] ?? 1) + Number(size?.[2] ?? 0),
        arbiter: bricks.some(([, , arbiter]) => arbiter !== undefined),
        bricks: bricks.map(([, brick = '']) => brick),
        options: Object.fromEntries(
          options
            .map((line) => line.split(': ') as [string, string])
            .filter(([, setting]) => setting !== undefined)
            .map(([name, setting]) => [name, setting.trim()]),
        ),
      };
    });
}
