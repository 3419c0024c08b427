import type { Output, Probe } from '../resource/index.ts';
import { lines, raw } from '../shell/index.ts';
import { AWAY } from './away.ts';
import { readSwarmInfo, type SwarmInfo } from './swarm-info.ts';
import { readSwarmNode, type SwarmNode } from './swarm-node.ts';
import { FIND_STATE, type Membership, readMembership, type StoredMembership } from './swarm-state.ts';

export interface SwarmFacts {
  readonly engine: 'absent' | 'stopped' | 'running';
  /** Where the engine keeps its data: by its own word while it runs, else by its settings. */
  readonly root: string;
  /** By the certificate below that directory, so it is known while Docker is stopped or removed, and on workers. */
  readonly membership: Membership | undefined;
  /** The state of swarms in other directories, as where the engine's data was moved, or its setting was. */
  readonly elsewhere: readonly StoredMembership[];
  /** What a running engine says. */
  readonly info: SwarmInfo | undefined;
  /** The managers' list, as this manager sees it; a worker has none, nor has a manager without a quorum. */
  readonly nodes: readonly SwarmNode[] | undefined;
  /** Why the host could not be asked. Then nothing above may be read as "is not in a swarm". */
  readonly unknown: string | undefined;
}

/**
 * Docker is asked only where its service runs: its socket would start it. A swarm that elects its leader, which takes 10 to 20
 * seconds (swarmkit: ElectionTick 10 of 1 s), is waited for: one that has lost its quorum stays without. The disks are looked
 * through only where the engine itself is in no swarm.
 */
export const swarmFacts: Probe<SwarmFacts> = {
  script: lines([
    AWAY,
    FIND_STATE,
    raw(`\
echo "==root $own"
known
missing() {
  reason=$(away "$1")
  [ -z "$reason" ] || echo "==gone $reason"
}
if ! command -v docker >/dev/null; then
  missing "$own"
  anywhere
  echo '==engine absent'
  exit 0
fi
if [ "$(systemctl is-active docker.service)" != active ]; then
  [ -d "$own" ] || [ "$own" = /var/lib/docker ] || echo "==gone $own is not there"
  missing "$own"
  anywhere
  echo '==engine stopped'
  exit 0
fi
told=$(timeout 30 docker info --format '{{.DockerRootDir}} {{json .Swarm}}') || exit 1
echo "==root \${told%% {*}"
certificate "\${told%% {*}"
case $told in *'"LocalNodeState":"active"'*) ;; *) missing "\${told%% {*}"; anywhere ;; esac
echo '==engine running'
echo '==info'
printf '%s\\n' "{\${told#* {}"
case $told in *'"ControlAvailable":true'*) ;; *) exit 0 ;; esac
echo '==nodes'
tries=0
until ids=$(timeout 30 docker node ls --quiet); do
  case $(timeout 30 docker node ls 2>&1) in *'does not have a leader'*) ;; *) exit 0 ;; esac
  tries=$((tries + 1))
  [ "$tries" -lt 8 ] || exit 0
  sleep 2
done
timeout 30 docker node inspect --format '{{json .}}' $ids || exit 0
echo '==end'`),
  ]),

  parse(output) {
    try {
      return read(output);
    } catch (error) {
      const nothing = { membership: undefined, elsewhere: [], info: undefined, nodes: undefined };
      const unknown = `docker answered in an unknown way (${String(error)})`;
      return { ...nothing, engine: 'running', root: '/var/lib/docker', unknown };
    }
  },
};

function read(output: Output): SwarmFacts {
  const parts = sections(output.stdout);
  const all = (name: string) => parts.filter((part) => part.name === name);
  const last = (name: string) => all(name).at(-1);
  const root = last('root')?.value || '/var/lib/docker';
  // What broke off in the middle of one has told nothing by it.
  const whole = output.code === 0 ? all('certificate') : all('certificate').filter(isWhole);
  const stored = whole.map(({ value, rows }) => ({
    root: value,
    ...readMembership(rows.join('\n')),
  }));
  const own = stored.find((one) => one.root === root);
  const there = {
    root,
    membership: own && { clusterId: own.clusterId, nodeId: own.nodeId, role: own.role },
    elsewhere: stored.filter((one) => one !== own),
  };
  const engine = last('engine')?.value;
  if (output.code !== 0 || (engine !== 'absent' && engine !== 'stopped' && engine !== 'running')) {
    const reason = output.stderr.trim().split('\n').at(-1) || `exit code ${output.code}`;
    return { ...there, engine: 'running', info: undefined, nodes: undefined, unknown: reason };
  }
  const info = last('info')?.rows[0];
  return {
    ...there,
    engine,
    info: info === undefined ? undefined : readSwarmInfo(info),
    nodes: last('end') === undefined ? undefined : last('nodes')?.rows.map(readSwarmNode),
    unknown: unfinished(root, last('gone'), own === undefined ? last('slow') : undefined),
  };
}

/** Why a host that was asked has not told all the same that it is in no swarm. */
function unfinished(root: string, gone: Section | undefined, slow: Section | undefined): string | undefined {
  if (gone !== undefined)
    return `its Docker keeps its data in ${root}, which may not be there now. ${gone.value}`;
  return slow && 'to look through its disks for the state of a swarm took longer than 20 s: run again';
}

interface Section {
  readonly name: string;
  /** What stands beside the name. */
  readonly value: string;
  readonly rows: readonly string[];
}

const isWhole = ({ rows }: Section) => rows.some((row) => row.startsWith('-----END'));

/** Lines under headings: `==name value`. */
function sections(text: string): readonly Section[] {
  const found: { name: string; value: string; rows: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('==')) {
      const [name = '', ...value] = line.slice(2).split(' ');
      found.push({ name, value: value.join(' '), rows: [] });
    } else if (line !== '') found.at(-1)?.rows.push(line);
  }
  return found;
}
