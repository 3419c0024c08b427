import { beforeEach, describe, expect, test } from 'vitest';
import { volumeByHand } from './by-hand.ts';
import {
  bareNodes,
  changedLines,
  dockerNodes,
  figure,
  findings,
  finished,
  inventory,
  json,
  NODES,
  nodeList,
  type Ran,
  refusals,
  type Tree,
} from './harness.ts';
import { exec, start, stop } from './lab.ts';
import { addressOf } from './network.ts';
import { failures, follow, goesThrough, on } from './steps.ts';
import { watchQuorum } from './watch.ts';

/** Swarms and volumes that somebody made, in states that this tool never makes itself. */

const clusterOf = (node: string) => on(node, "docker info --format '{{.Swarm.Cluster.ID}}'");
const objects = (node: string) =>
  on(
    node,
    // A node's own networks are made anew whenever Docker starts.
    'for kind in secret config service; do docker $kind ls --format "$kind {{.Name}} {{.ID}}"; done | sort; docker network ls --filter scope=swarm --format "{{.Name}} {{.ID}}" | sort; docker volume ls --quiet | sort',
  );

/** A swarm by hand: its first node is a manager, as are those that are named. */
async function swarmByHand(managers: readonly string[], workers: readonly string[] = []): Promise<void> {
  const [first = '', ...others] = managers;
  const address = (node: string) => addressOf(Number(node.split('-')[1]));
  await on(first, `docker swarm init --advertise-addr ${address(first)} >/dev/null`);
  const join = async (node: string, role: string) =>
    on(
      node,
      `docker swarm join --token ${await on(first, `docker swarm join-token -q ${role}`)} ${address(first)}:2377`,
    );
  for (const node of others) await join(node, 'manager');
  for (const node of workers) await join(node, 'worker');
  await on(
    first,
    'echo key | docker secret create key - >/dev/null; echo text | docker config create text - >/dev/null; docker volume create precious >/dev/null; docker network create --driver overlay mine >/dev/null; docker service create --quiet --detach --name idle --replicas 0 nosuch >/dev/null',
  );
}

/** Refused, and neither the host's Docker nor its state is another one afterwards. */
async function refused(run: () => Promise<Ran>): Promise<readonly (Tree & { fix: string[] })[]> {
  const ran = await run();
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  expect(refusals(ran)).not.toEqual([]);
  for (const { fix } of refusals(ran)) {
    expect(fix.length).toBeGreaterThan(0);
    expect(fix.join('\n')).not.toMatch(/swarm leave|node rm|swarm init/);
  }
  return refusals(ran) as never;
}

describe('a swarm made by hand', () => {
  beforeEach(() => dockerNodes());

  test('of two managers: a third joins, the quorum is never lost, all is kept', async () => {
    await swarmByHand(['node-1', 'node-2']);
    const before = { cluster: await clusterOf('node-1'), objects: await objects('node-1') };
    const quorum = watchQuorum('node-2');
    const ran = await json(inventory(3));
    const seen = await quorum();
    figure('two managers adopted', { quorum: seen, said: findings(ran), changed: changedLines(ran) });
    expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
    expect(seen.leastReachable, seen.why).toBeGreaterThanOrEqual(2);
    expect({ cluster: await clusterOf('node-1'), objects: await objects('node-1') }).toEqual(before);
    expect(await clusterOf('node-3')).toBe(before.cluster);
    expect((await nodeList('node-1')).filter((line) => /Leader|Reachable/.test(line))).toHaveLength(3);
    expect(finished(await json(inventory(3)))?.changes).toBe(0);
  });

  test.each([
    ['user namespaces', '{"userns-remap":"default"}', /^\/var\/lib\/docker\/\d+\.\d+$/],
    ['another data-root', '{"data-root":"/srv/docker"}', /^\/srv\/docker$/],
  ])(
    'with %s, and the setting taken out since: its state is found, and the fix uses it again',
    async (_, settings, root) => {
      const restarted = 'systemctl reset-failed docker.service; systemctl restart docker.service';
      await on(
        'node-1',
        `apt-get -qq update; apt-get -qq -y install uidmap >/dev/null; mkdir -p /etc/docker; echo '${settings}' >/etc/docker/daemon.json; ${restarted}`,
      );
      await swarmByHand(['node-1']);
      const before = { cluster: await clusterOf('node-1'), objects: await objects('node-1') };
      await on('node-1', `rm /etc/docker/daemon.json; ${restarted}`);
      expect(await on('node-1', "docker info --format '{{.Swarm.LocalNodeState}}'")).toBe('inactive');

      const [said] = await refused(() => json(inventory(3)));
      figure('a swarm whose setting is gone', said);
      expect(said).toMatchObject({ code: 'swarm-elsewhere', host: 'node-1' });
      await on(
        'node-1',
        'systemctl stop docker.service docker.socket; systemctl reset-failed docker.service docker.socket',
      );
      await refused(() => json(inventory(3)));

      await follow(said?.fix[0]?.split('If there is no such file yet: ')[1]);
      const found = await on('node-1', "docker info --format '{{.DockerRootDir}}'");
      expect(found).toMatch(root);
      await goesThrough(inventory(3));
      expect(await on('node-1', "docker info --format '{{.DockerRootDir}}'")).toBe(found);
      expect({ cluster: await clusterOf('node-1'), objects: await objects('node-1') }).toEqual(before);
      expect(await clusterOf('node-3')).toBe(before.cluster);
      expect(finished(await json(inventory(3)))?.changes).toBe(0);
    },
  );

  test('whose disk is not mounted: refused while Docker is stopped and after it came up empty; mounted again, it is the swarm', async () => {
    await on(
      'node-1',
      `mkdir -p /etc/docker /srv/gluster/docker; echo '{"data-root":"/srv/gluster/docker"}' >/etc/docker/daemon.json; systemctl restart docker`,
    );
    await swarmByHand(['node-1']);
    const before = { cluster: await clusterOf('node-1'), objects: await objects('node-1') };
    const fstab = 'LABEL=data /srv/gluster ext4 defaults,nofail 0 2';
    await on(
      'node-1',
      `systemctl stop docker.service docker.socket; echo '${fstab}' >>/etc/fstab; systemctl daemon-reload; umount -l /srv/gluster`,
    );
    figure('a disk that is away, Docker stopped', await refused(() => json(inventory(3))));
    await on('node-1', 'systemctl start docker.service');
    expect(await on('node-1', "docker info --format '{{.Swarm.LocalNodeState}}'")).toBe('inactive');
    figure('a disk that is away, Docker came up empty', await refused(() => json(inventory(3))));

    await on('node-1', `sed -i '/LABEL=data/d' /etc/fstab`);
    await stop('node-1');
    await start('node-1');
    await goesThrough(inventory(3));
    expect({ cluster: await clusterOf('node-1'), objects: await objects('node-1') }).toEqual(before);
    expect(await clusterOf('node-2')).toBe(before.cluster);
  });

  test('one manager of three whose disk is not mounted is not taken for dead', async () => {
    await on(
      'node-2',
      `mkdir -p /etc/docker /srv/gluster/docker; echo '{"data-root":"/srv/gluster/docker"}' >/etc/docker/daemon.json; systemctl restart docker`,
    );
    await swarmByHand(NODES);
    const before = await clusterOf('node-1');
    await on(
      'node-2',
      `systemctl stop docker.service docker.socket; echo 'LABEL=data /srv/gluster ext4 defaults,nofail 0 2' >>/etc/fstab; systemctl daemon-reload; umount -l /srv/gluster; systemctl start docker.service`,
    );
    figure('a manager whose disk is away', await refused(() => json(inventory(3))));
    await on('node-2', `sed -i '/LABEL=data/d' /etc/fstab`);
    await stop('node-2');
    await start('node-2');
    expect((await json(inventory(3))).code).toBe(0);
    expect(await clusterOf('node-2')).toBe(before);
  });
});

test('a volume made by hand, one of its hosts off: nothing of the volume is changed; back again, it is taken as it is', async () => {
  await bareNodes();
  await volumeByHand(NODES, 'mailu', { mounted: NODES });
  const volume = () => on('node-1', "gluster volume info mailu | grep -E '^(Volume ID|Brick|Number)'");
  const before = await volume();
  const file = inventory(3, (tree) => {
    tree.storage = { kind: 'glusterfs', replica: 3 };
  });
  await stop('node-3');
  const ran = await json(file);
  figure('a volume with a host off', { code: ran.code, said: refusals(ran), failed: failures(ran) });
  expect(ran.code).not.toBe(0);
  expect(changedLines(ran).filter((line) => /gluster-(peer|volume|brick)|swarm/.test(line))).toEqual([]);
  expect(await volume()).toBe(before);
  expect((await exec('node-1', 'ls /mailu/mail | wc -l')).stdout.trim()).toBe('200');
  await start('node-3');
  await goesThrough(file);
  expect(await volume()).toBe(before);
  expect(await on('node-3', 'ls /mailu/mail | wc -l')).toBe('200');
});
