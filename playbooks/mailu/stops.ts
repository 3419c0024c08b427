/**
 * Stops a service of the swarm, and ends when it has stopped: its tasks run on for a while after the swarm was told, and one that is called
 * `Starting` works already. While it waits it says for whom; a node that is down stops nothing.
 */
export const stops = (service: string): string =>
  `docker service scale ${service}=0 && until told=$(docker service ps --format '{{.CurrentState}} on {{.Node}}' ${service}) && ! printf '%s\\n' "$told" | grep -E '^(Starting|Running)'; do sleep 2; done`;
