import { beforeAll, expect, test } from 'vitest';
import { changedLines, finished, freshSwarm, inventory, json, refusals } from './harness.ts';

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
