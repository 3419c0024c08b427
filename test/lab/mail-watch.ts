import { setTimeout as sleep } from 'node:timers/promises';
import { NODES } from './harness.ts';
import { exec } from './lab.ts';
import { eventually, front, type Person, send, subjects } from './mail.ts';
import { on } from './steps.ts';

export const other = (node: string) => NODES.find((name) => name !== node) ?? 'node-1';

/** The nodes in turn. */
export const nodeAt = (number: number) => NODES[number % NODES.length] ?? 'node-1';

let count = 0;
/**
 * Sends messages through whichever front takes them, `each` milliseconds apart, until it is stopped: to these people in turn, to the
 * postmaster without any. Gives what was acknowledged.
 */
export function sending(each = 1000, people: readonly Person[] = []) {
  let going = true;
  const acknowledged: string[] = [];
  const one = async () => {
    const id = `m${++count}`;
    const said = await send(nodeAt(count), id, people[count % people.length]?.address).catch(
      (error: Error) => error.message,
    );
    if (said === undefined) acknowledged.push(id);
  };
  const work = (async () => {
    const under = new Set<Promise<void>>();
    while (going) {
      const sent = one().finally(() => under.delete(sent));
      under.add(sent);
      await sleep(each);
    }
    await Promise.all(under);
  })();
  return async () => {
    going = false;
    await work;
    return acknowledged;
  };
}

/**
 * Services whose command runs under a lease on a node: a process that descends from the lease, in a session of its own. Checks of
 * health do not descend from it, and one that waits has no such process but what watches the time of its questions. The processes
 * themselves are looked at, and Docker is not asked: this runs all the time.
 */
const HOLDERS = `
  ps -eo pid=,ppid=,sess=,comm= | awk '
    { parent[$1] = $2; session[$1] = $3; name[$1] = $4 }
    END {
      for (pid in parent) {
        if (name[pid] == "timeout" || name[pid] == "provision-lease") continue
        up = pid
        while (up > 1 && name[up] != "provision-lease") up = parent[up]
        while (name[parent[up]] == "provision-lease") up = parent[up]
        if (up > 1 && session[pid] != session[up] && !(up in seen)) { seen[up]; print up }
      }
    }' | while read -r main; do
      tr '\\0' '\\n' <"/proc/$main/environ" | sed -n 's/^PROVISION_PLACE=.*\\.mailu_\\(.*\\)\\.[0-9]*$/\\1/p'
    done`;

/** Services whose command runs on a node under its lease. */
export async function holders(node: string): Promise<readonly string[]> {
  const { stdout } = await exec(node, HOLDERS);
  return stdout.split('\n').filter((line) => line !== '');
}

export interface Seen {
  readonly looks: number;
  /** The most nodes on which each service's command ran at once. */
  readonly most: Readonly<Record<string, number>>;
}

/** Counts, all the time, on how many nodes the command of each leased service runs: its processes themselves. */
export function watchHolders() {
  let going = true;
  let looks = 0;
  const most: Record<string, number> = {};
  const work = (async () => {
    while (going) {
      const all = await Promise.all(NODES.map((node) => holders(node).catch(() => [])));
      looks++;
      const now = new Map<string, number>();
      for (const service of all.flat()) now.set(service, (now.get(service) ?? 0) + 1);
      for (const [service, nodes] of now) most[service] = Math.max(most[service] ?? 0, nodes);
      await sleep(1500);
    }
  })();
  return async (): Promise<Seen> => {
    going = false;
    await work;
    return { looks, most };
  };
}

export const twice = (most: Seen['most']) =>
  Object.entries(most).flatMap(([service, nodes]) => (nodes > 1 ? [`${service} on ${nodes} nodes`] : []));

/** Postfix waits five minutes before it tries again; here it is told that the time has come. */
async function tryNow(): Promise<void> {
  const smtp = 'docker ps -q --filter label=com.docker.swarm.service.name=mailu_smtp';
  await Promise.all(NODES.map((node) => exec(node, `docker exec $(${smtp}) postqueue -f`)));
}

/** Waits until each of these is in a mailbox, the postmaster's where nobody is named. Gives all that is there. */
export const allThere = (
  acknowledged: readonly string[],
  people: readonly (Person | undefined)[] = [undefined],
  seconds = 300,
) =>
  eventually('all that was acknowledged is there', seconds, async () => {
    await tryNow();
    const found = (await Promise.all(people.map((person) => subjects(front('node-1'), person)))).flat();
    const there = new Set(found);
    const missing = acknowledged.filter((id) => !there.has(id)).length;
    // To look costs what delivers: what is many messages away is not looked for every second.
    await sleep(Math.min(missing * 100, 20_000));
    return missing === 0 && found;
  });

/** Waits until the storage has all its nodes, and the swarm, as another node than the one that was away sees it. */
export async function whole(away: string): Promise<void> {
  await eventually('the storage is whole', 200, async () => {
    const text = `gluster volume heal mailu info | grep -c '^Status: Connected'; timeout 10 ls /mailu/mail >/dev/null && echo read`;
    const seen = await Promise.all(NODES.map((name) => on(name, text)));
    return seen.every((said) => said === `${NODES.length}\nread`);
  });
  await eventually('the swarm is whole', 200, async () => {
    const list = await on(
      other(away),
      "docker node ls --format '{{.Status}} {{.Availability}} {{.ManagerStatus}}'",
    );
    return list.split('\n').every((line) => /^Ready Active (Leader|Reachable)$/.test(line));
  });
}
