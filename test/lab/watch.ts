import { readFileSync } from 'node:fs';
import { exec } from './lab.ts';
import { paths } from './state.ts';

export function sudoPassword(): string {
  return readFileSync(paths.sudoPassword, 'utf8').trim();
}

/** Looks at the arguments of all processes of a node, over and over, until it is asked what it found. */
export function watchArguments(
  node: string,
  secrets: readonly string[],
): () => Promise<{ looks: number; found: number }> {
  // The patterns come on stdin: in an argument they would find themselves.
  const watching = exec(
    node,
    `cat >/run/watch.patterns; rm -f /run/watch.stop; looks=0 found=0
     until [ -e /run/watch.stop ]; do
       looks=$((looks + 1))
       cat /proc/[0-9]*/cmdline 2>/dev/null | grep -aqFf /run/watch.patterns && found=$((found + 1))
       sleep 0.05
     done
     rm -f /run/watch.patterns; echo "$looks $found"`,
    `${secrets.join('\n')}\n`,
  );
  return async () => {
    await exec(node, 'touch /run/watch.stop');
    const [looks = 0, found = 0] = (await watching).stdout.trim().split(' ').map(Number);
    return { looks, found };
  };
}

/** What a manager said while it was watched: times in seconds, `why` the words of the last look without a list. */
type Quorum = {
  looks: number;
  leastReachable: number;
  noList: number;
  longestWithout: number;
  why: string;
};

/**
 * Asks a manager for its list of nodes, over and over, from the first list on, until it is asked for the least number
 * of reachable managers that it saw, how often it got no list, and for how long. Without a list is also a swarm that
 * elects a leader, which it does in 10 to 20 s (swarmkit: ElectionTick 10 of 1 s); one that lost its quorum stays so.
 */
export function watchQuorum(node: string): () => Promise<Quorum> {
  const watching = exec(
    node,
    `rm -f /run/quorum.stop /run/quorum.why; looks=0 least=99 none=0 longest=0
     until timeout 10 docker node ls >/dev/null 2>&1 || [ -e /run/quorum.stop ]; do sleep 0.2; done
     last=$(date +%s)
     until [ -e /run/quorum.stop ]; do
       looks=$((looks + 1))
       if list=$(timeout 10 docker node ls --format '{{.ManagerStatus}}' 2>/run/quorum.error); then
         now=$(printf '%s\\n' "$list" | grep -cE 'Leader|Reachable')
         [ "$now" -ge "$least" ] || least=$now
         last=$(date +%s)
       else
         none=$((none + 1)) without=$(($(date +%s) - last))
         [ "$without" -le "$longest" ] || longest=$without
         { echo "after $without s:"; cat /run/quorum.error; } >/run/quorum.why
       fi
       sleep 0.2
     done
     echo "$looks $least $none $longest"; cat /run/quorum.why 2>/dev/null || true`,
  );
  return async () => {
    await exec(node, 'touch /run/quorum.stop');
    const [figures = '', ...why] = (await watching).stdout.trim().split('\n');
    const [looks = 0, leastReachable = 0, noList = 0, longestWithout = 0] = figures.split(' ').map(Number);
    return { looks, leastReachable, noList, longestWithout, why: why.join(' ') };
  };
}
