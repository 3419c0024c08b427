import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, type Script, sh } from '../shell/index.ts';

/** `silent`: no answer in time, as where a firewall drops. `closed`: an answer that nothing listens there. */
export type PortState = 'open' | 'closed' | 'silent';

/** A port of another host. */
export interface PortTarget {
  /** The other host, by its name in the inventory. */
  readonly host: string;
  /** Its address. */
  readonly address: string;
  /** The TCP port. */
  readonly port: number;
}

/** Whether a port of another host can be reached from here. */
export interface PortFact extends PortTarget {
  /** What a connection came to. */
  readonly state: PortState;
}

/** Seconds. A peer on the same network answers in milliseconds, refusals included. */
const PATIENCE = 3;

/**
 * Which ports of the other hosts a host reaches; `null` where it has no bash to try it with.
 *
 * All TCP connections are tried at once, so that the slowest is what it takes.
 */
export function portFacts(targets: readonly PortTarget[]): Probe<readonly PortFact[] | null> {
  return {
    script: lines([
      raw('command -v bash >/dev/null || { echo no-bash; exit 0; }'),
      ...targets.map(attempt),
      raw('wait'),
    ]),
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not try the ports of the other hosts', output);
      if (output.stdout === 'no-bash\n') return null;
      const codes = new Map(output.stdout.split('\n').map((line) => line.split(' ') as [string, string]));
      return targets.map((target, index) => ({ ...target, state: state(codes.get(String(index))) }));
    },
  };
}

function attempt({ address, port }: PortTarget, index: number): Script {
  return sh`(timeout ${PATIENCE} bash -c 'exec 3<>"/dev/tcp/$0/$1"' ${address} ${port} 2>/dev/null; echo ${index} $?) &`;
}

/** timeout(1) ends with 124 where the time was up. */
function state(code: string | undefined): PortState {
  if (code === '0') return 'open';
  return code === '124' || code === undefined ? 'silent' : 'closed';
}
