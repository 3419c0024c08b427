import type { Output, Probe } from '../resource/index.ts';
import { lines, sh } from '../shell/index.ts';
import { dockerThere, isManager, NOT_INSTALLED, NOT_RUNNING, readDockerInfo } from './ask-docker.ts';
import { AWAY } from './away.ts';
import { ROOTS } from './docker-roots.ts';
import { showUnit } from './docker-start.ts';
import { readSwarmInfo, type SwarmInfo } from './swarm-info.ts';
import type { Membership, StoredMembership } from './swarm-membership.ts';
import { dockerNodes, readSwarmNodes, type SwarmNode } from './swarm-node.ts';
import { readPlaces, type Section } from './swarm-places.ts';
import { FIND_STATE } from './swarm-state.ts';

export interface SwarmFacts {
  /** Whether there is a Docker Engine, and whether it runs. */
  readonly engine: 'absent' | 'stopped' | 'running';
  /** Whether an engine is installed there or was, by what one leaves behind. */
  readonly past: boolean;
  /** Where the engine keeps its data: by its own word while it runs, else by its settings. */
  readonly root: string;
  /** The swarm that the host is in, by the certificate below that directory (with user namespaces, in the one in it), so it is known while Docker is stopped or removed, and on workers. */
  readonly membership: Membership | undefined;
  /** The state of swarms in other directories, as where the engine's data was moved, or its setting was. */
  readonly elsewhere: readonly StoredMembership[];
  /** What a running engine says. */
  readonly info: SwarmInfo | undefined;
  /** The managers' list, as this manager sees it; a worker has none, nor has a manager without a quorum. */
  readonly nodes: readonly SwarmNode[] | undefined;
  /** Why the host could not be asked. Then nothing above may be read as "is not in a swarm". */
  readonly unknown: string | undefined;
  /** Commands that show more about that and change nothing. */
  readonly looks: readonly string[];
}

/**
 * Which swarm a host is in, by what Docker says and by what is on its disks.
 *
 * Docker is asked only where its service runs: its socket would start it. The disks are looked through only where the engine itself is
 * in no swarm.
 */
export const swarmFacts: Probe<SwarmFacts> = {
  script: lines([
    AWAY,
    showUnit,
    ROOTS,
    FIND_STATE,
    sh`
      settings
      known
      past && echo ==past
      ${dockerThere}
      case $docker_there_code in
        ${NOT_INSTALLED})
          anywhere
          echo '==engine absent'
          exit 0 ;;
        ${NOT_RUNNING})
          anywhere
          echo '==engine stopped'
          exit 0 ;;
      esac`,
    readDockerInfo,
    sh`
      told=$root
      echo "==told $told"
      certificate "$told"
      case $swarm in *'"LocalNodeState":"active"'*) ;; *) place "$told"; anywhere ;; esac
      echo '==engine running'
      echo '==info'
      printf '%s\n' "$swarm"
      ${isManager} || exit 0
      echo '==nodes'
      ${dockerNodes} || exit 0
      echo '==end'`,
  ]),

  parse(output) {
    try {
      return read(output);
    } catch (error) {
      const nothing = { membership: undefined, elsewhere: [], info: undefined, nodes: undefined };
      const reason = `docker answered in an unknown way (${String(error)})`;
      return { ...nothing, engine: 'running', past: true, root: '/var/lib/docker', ...unknown(reason) };
    }
  },
};

const unknown = (reason: string | undefined, looks: readonly string[] = ['systemctl status docker']) => ({
  unknown: reason,
  looks: reason === undefined ? [] : looks,
});

function read(output: Output): SwarmFacts {
  const parts = sections(output.stdout);
  const last = (name: string) => parts.findLast((part) => part.name === name);
  const { doubt, ...places } = readPlaces(parts, output.code === 0);
  const there = { ...places, past: last('past') !== undefined };
  const engine = last('engine')?.value;
  if (output.code !== 0 || (engine !== 'absent' && engine !== 'stopped' && engine !== 'running')) {
    const reason = output.stderr.trim().split('\n').at(-1) || `exit code ${output.code}`;
    return { ...there, engine: 'running', info: undefined, nodes: undefined, ...unknown(reason) };
  }
  const row = last('info')?.rows[0];
  const info = row === undefined ? undefined : readSwarmInfo(row);
  return {
    ...there,
    engine,
    info,
    nodes: last('end') === undefined ? undefined : last('nodes')?.rows.flatMap(readSwarmNodes),
    // One that is in a swarm has told all.
    ...(info?.state === 'active' ? unknown(undefined) : unknown(doubt?.reason, doubt?.looks)),
  };
}

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
