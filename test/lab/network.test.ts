import { beforeAll, expect, test } from 'vitest';
import { changedLines, finished, freshSwarm, inventory, json, refusals } from './harness.ts';
import { on } from './steps.ts';

beforeAll(async () => {
  await freshSwarm();
});

test('a network is made with its subnet; one that is there with another is refused, not made anew', async () => {
  const withNetwork = (subnet: string) =>
    inventory(3, (tree) => {
      tree.swarm = { networks: { mail: { subnet, attachable: true } } };
    });
  const ran = await json(withNetwork('10.202.0.0/24'));
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({
    code: 0,
    changed: ['node-1: docker-network mail: network'],
  });
  expect(finished(await json(withNetwork('10.202.0.0/24')))?.changes).toBe(0);
  const refused = await json(withNetwork('10.203.0.0/24'));
  expect({ code: refused.code, codes: refusals(refused).map(({ code }) => code) }).toEqual({
    code: 5,
    codes: ['refused'],
  });
});

test('the network of the mesh gets its packet size, and keeps it while a service publishes through it', async () => {
  const withMtu = (mtu: number) =>
    inventory(3, (tree) => {
      tree.swarm = { ingress: { mtu } };
    });
  const ran = await json(withMtu(1400));
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({
    code: 0,
    changed: ['node-1: ingress-network ingress: mtu'],
  });
  expect(finished(await json(withMtu(1400)))?.changes).toBe(0);
  await on('node-1', 'docker service create --quiet --detach --name web --publish 8080:80 none.invalid/none');
  const refused = await json(withMtu(1300));
  expect(refused.code).toBe(5);
  expect(refusals(refused).map(({ message }) => message)).toEqual([
    expect.stringContaining('web would lose'),
  ]);
  expect(finished(await json(withMtu(1400)))?.changes).toBe(0);
  await on('node-1', 'docker service rm web');
  expect(changedLines(await json(withMtu(1300)))).toEqual(['node-1: ingress-network ingress: mtu']);
});
