import type { Finding } from '../errors/index.ts';
import type { SwarmNode } from '../facts/index.ts';
import { sh } from '../shell/index.ts';
import type { SwarmHost } from './swarm-host.ts';

/**
 * A member whose Docker runs and that the swarm counts as down. Where it is reachable as a manager, the network is not why: the
 * word that it is down, which waited for a majority, was written after it had registered again (seen with Docker 26.1.5, two of
 * three engines stopped and started within 10 s). Its heartbeats do not change that; only another registration does.
 */
export function notReady(host: SwarmHost, entry: SwarmNode, lead: SwarmHost): Finding {
  const finding = { level: 'warn', code: 'node-not-ready', host: host.name } as const;
  if (entry.manager?.reachable)
    return {
      ...finding,
      message: `its Docker runs and is reachable as a manager, and the swarm counts it as down (node ${entry.id}): nothing is started there. Docker can stay so where most managers were stopped and started within seconds. If it is still so in a minute, the command below starts its Docker again, if it is down and all managers are reachable. Containers that run there end with it`,
      fix: [host.onHost(startAgain(entry.id))],
    };
  return {
    ...finding,
    message: `its Docker runs and the managers do not hear from it (node ${entry.id} is down). If it is not back in a minute, look whether it reaches ${lead.name} on TCP 2377 and 7946, and at what its Docker says`,
    fix: [host.onHost('journalctl -u docker --since -10min')],
  };
}

/** Starts Docker again where its node is down and every manager is reachable, so that the others keep the majority. */
const startAgain = (id: string): string =>
  sh`managers=$(docker node ls --filter role=manager --format '{{.ManagerStatus}}') && ! printf '%s\n' "$managers" | grep -vx -e Leader -e Reachable && [ "$(docker node inspect --format '{{.Status.State}}' ${id})" = down ] && systemctl restart docker`
    .shown;
