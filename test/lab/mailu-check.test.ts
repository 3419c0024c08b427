import { beforeAll, expect, test } from 'vitest';
import { NEIGHBOUR } from './addresses.ts';
import { figure, json, provision } from './harness.ts';
import { dialAs, eventually, mailInventory, mailNodes, subjects, taskOf } from './mail.ts';
import { failures, on } from './steps.ts';

/** All nodes are fronts. */
const FRONTS = Number(process.env.LAB_FRONTS ?? 3);
const CHECKS = 10;

let file = '';
beforeAll(async () => {
  await mailNodes(FRONTS);
  file = mailInventory(undefined, FRONTS);
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
});

/** What Mailu's limiter has counted, by its keys in redis. That an address has logged in and is exempt is not counted (limiter.py). */
async function counted(): Promise<readonly string[]> {
  const { node } = await taskOf('redis');
  const said = await on(
    node,
    'docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=mailu_redis) redis-cli -n 2 --scan',
  );
  return said.split('\n').filter((key) => /^LIMIT/i.test(key) && !key.includes('exempt'));
}

test(`${CHECKS} checks of ${FRONTS} fronts count against nobody: a user of the same /24 logs in afterwards`, async () => {
  const results: string[] = [];
  for (let count = 0; count < CHECKS; count++) {
    const { code, stdout } = await provision('check', file, '--no-wait');
    results.push(`${code}`);
    expect({ code, stdout }).toMatchObject({ code: 0 });
  }
  const keys = await counted();
  // From an address of the same /24, which has never logged in.
  const { seconds } = await eventually('the user logs in', 10, () => subjects(dialAs(NEIGHBOUR, 'node-2')));
  figure(`${CHECKS} checks of ${FRONTS} fronts: exit codes, what is counted, seconds of a login afterwards`, [
    results.join(' '),
    keys,
    Math.round(seconds),
  ]);
  expect(keys).toEqual([]);
});
