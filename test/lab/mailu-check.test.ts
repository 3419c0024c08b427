import { connect } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import type { Dial } from '../../src/outside/attempt.ts';
import { NEIGHBOUR } from './addresses.ts';
import { figure, json, NODES, provision } from './harness.ts';
import { bareMailNodes, eventually, mailInventory, subjects } from './mail.ts';
import { nodeNamed } from './node.ts';
import { failures, on } from './steps.ts';

/** All nodes are fronts. */
const FRONTS = Number(process.env.LAB_FRONTS ?? 3);
const CHECKS = 10;

let file = '';
beforeAll(async () => {
  await bareMailNodes(FRONTS);
  file = mailInventory(undefined, FRONTS);
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
});

/** From an address in the /24 of this machine, which has never logged in from there. */
const asNeighbour =
  (node: string): Dial =>
  (port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: nodeNamed(node).address, port, localAddress: NEIGHBOUR });
      socket.once('connect', () => resolve(socket));
      socket.once('error', reject);
    });

/** What Mailu's limiter has counted, by its keys in redis. */
async function counted(): Promise<readonly string[]> {
  const { node } = await redis();
  const said = await on(
    node,
    'docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=mailu_redis) redis-cli -n 2 --scan',
  );
  return said.split('\n').filter((key) => /^LIMIT|^LIMITER/i.test(key));
}

async function redis(): Promise<{ node: string }> {
  for (const node of NODES)
    if ((await on(node, 'docker ps -q --filter label=com.docker.swarm.service.name=mailu_redis')) !== '')
      return { node };
  throw new Error('redis runs nowhere');
}

test(`${CHECKS} checks of ${FRONTS} fronts count against nobody: a user of the same /24 logs in afterwards`, async () => {
  const results: string[] = [];
  for (let count = 0; count < CHECKS; count++) {
    const { code, stdout } = await provision('check', file, '--no-wait');
    results.push(`${code}`);
    expect({ code, stdout }).toMatchObject({ code: 0 });
  }
  const keys = await counted();
  const { seconds } = await eventually('the user logs in', 10, () => subjects(asNeighbour('node-2')));
  figure(`${CHECKS} checks of ${FRONTS} fronts: exit codes, what is counted, seconds of a login afterwards`, [
    results.join(' '),
    keys,
    Math.round(seconds),
  ]);
  expect(keys).toEqual([]);
});
