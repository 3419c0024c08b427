import { beforeAll, expect, test } from 'vitest';
import { typed } from '../terminal.ts';
import { changedLines, finished, freshSwarm, inventory, json, type Ran, refusals } from './harness.ts';
import { exec } from './lab.ts';
import { follow, goesThrough, on } from './steps.ts';

/** What a person does by hand for machines of a swarm, by the words of the runs. */
let file = '';
beforeAll(async () => {
  file = await freshSwarm();
});

const fixesOf = (ran: Ran) => refusals(ran).flatMap(({ fix }) => fix);
const key = () => on('node-1', 'docker swarm unlock-key --quiet');
const state = (node: string) => on(node, "docker info --format '{{.Swarm.LocalNodeState}}'");

test('a machine without an id gets one by the fix', async () => {
  await on('node-2', ': >/etc/machine-id; rm -f /var/lib/dbus/machine-id');
  const ran = await json('plan', file);
  expect(refusals(ran).map(({ host }) => host)).toEqual(['node-2']);
  await follow(fixesOf(ran)[0]);
  expect(await on('node-2', 'cat /etc/machine-id')).toMatch(/^[0-9a-f]{32}$/);
  expect(finished(await goesThrough(file))?.changes).toBe(0);
});

test('managers that lock: nothing restarts Docker before they are let in, and the fixes do that and lock again', async () => {
  await on('node-1', 'docker swarm update --autolock=true');
  const changed = inventory(3, (tree) => {
    tree.docker = { settings: { 'log-opts': { 'max-size': '20m' } } };
  });
  const ran = await json(changed);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  const [show, open, lock] = fixesOf(ran);
  const before = await key();
  await follow(show);
  await follow(open);
  await goesThrough(changed);
  for (const node of ['node-1', 'node-2', 'node-3']) expect(await state(node)).toBe('active');
  await follow(lock);
  expect(await key()).toMatch(/^SWMKEY-1-/);
  expect(await key()).not.toBe(before);
  expect(finished(await goesThrough(changed))?.changes).toBe(0);
});

test('a manager that waits for the key of its swarm is let in by the fix, and by nothing else', async () => {
  const ours = await key();
  await on('node-2', 'systemctl restart docker');
  const ran = await json(file);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  const locked = refusals(ran).find(({ code }) => code === 'swarm-locked');
  expect(locked?.host).toBe('node-2');
  const { code, shown } = await typed(locked?.fix[0] ?? '', { 'enter unlock key': ours });
  expect({ code, said: code === 0 ? '' : shown }).toEqual({ code: 0, said: '' });
  await expect.poll(() => state('node-2'), { timeout: 60_000 }).toBe('active');
  expect((await exec('node-1', 'docker node ls')).stdout.match(/Ready/g)).toHaveLength(3);
});
