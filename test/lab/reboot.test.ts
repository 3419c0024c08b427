import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  changedLines,
  figure,
  finished,
  freshSwarm,
  inBackground,
  inventory,
  type JsonEvent,
  json,
  NODES,
  plannedLines,
  refusals,
} from './harness.ts';
import { exec, start, status } from './lab.ts';
import { sleep } from './shell.ts';
import { failures, follow, on } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-reboot-'));
const REBOOTS = join(folder, 'reboots.ts');
const STAYS = join(folder, 'stays.ts');
const OTHER = join(folder, 'other.ts');
let file = '';

beforeAll(async () => {
  file = await freshSwarm();
  writeFileSync(
    REBOOTS,
    `import { autolockFacts, definePlaybook, machineFacts, reboot, swarmFacts } from 'provision-swarm';
import { unlessLocking } from 'provision-swarm/playbooks/autolock.ts';
import { backInSwarm, majorityWithout } from 'provision-swarm/playbooks/gates.ts';
import { nothingToHeal } from 'provision-swarm/playbooks/storage/nothing-to-heal.ts';
export default definePlaybook({
  name: 'reboots',
  facts: { machine: machineFacts, swarm: swarmFacts, autolock: autolockFacts },
  stages: [{ name: 'reboot', resources: (host, cluster) => unlessLocking([reboot({})], host, cluster),
    rolling: { before: (host, cluster) => [majorityWithout(host, cluster), nothingToHeal(host)], after: backInSwarm } }],
});
`,
  );
  writeFileSync(
    OTHER,
    `import { command, definePlaybook, sh } from 'provision-swarm';
export default definePlaybook({ name: 'other', stages: [{ name: 'one',
  resources: () => [command({ name: 'leave a file', run: sh\`touch /run/other\`, creates: '/run/other' })] }] });
`,
  );
  writeFileSync(
    STAYS,
    `import { definePlaybook, reboot, sh } from 'provision-swarm';
export default definePlaybook({ name: 'stays', stages: [{ name: 'reboot', rolling: {},
  resources: () => [reboot({ when: sh\`[ -e /etc/stays ]\`, timeout: 300 })] }] });
`,
  );
});

/** Somebody who switches on what has gone down: a container does not boot again by itself. */
function switchOn() {
  let over = false;
  let mostAway = 0;
  const once = async () => {
    const away = (await status()).filter(({ state }) => state === 'stopped').map(({ name }) => name);
    mostAway = Math.max(mostAway, away.length);
    for (const node of away) await start(node);
  };
  const watching = (async () => {
    while (!over) {
      // One that goes down at this moment may not be looked at, or not be started yet.
      await once().catch(() => undefined);
      await sleep(200);
    }
  })();
  return async () => {
    over = true;
    await watching;
    return mostAway;
  };
}

const boots = async () =>
  Object.fromEntries(
    await Promise.all(
      NODES.map(
        async (node) => [node, await on(node, "sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20")] as const,
      ),
    ),
  );

test('three managers that have to be rebooted are, one at a time, and the swarm keeps its majority', async () => {
  const before = await boots();
  for (const node of NODES) await exec(node, 'touch /run/reboot-required');
  expect(plannedLines(await json('plan', file, '--playbook', REBOOTS))).toEqual(
    NODES.map((node) => `${node}: reboot machine: reboot`),
  );
  const ended = switchOn();
  const started = performance.now();
  const ran = await json(file, '--playbook', REBOOTS);
  const seconds = Math.round((performance.now() - started) / 1000);
  const mostAway = await ended();
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(changedLines(ran)).toEqual(NODES.map((node) => `${node}: reboot machine: reboot`));
  const after = await boots();
  for (const node of NODES) expect(after[node]).not.toBe(before[node]);
  figure('three managers rebooted: seconds, most away at once', [seconds, mostAway]);
  expect(mostAway).toBe(1);
  const managers = await on(
    'node-1',
    "docker node ls --format '{{.ManagerStatus}}' | grep -cE 'Leader|Reachable'",
  );
  expect(managers).toBe('3');
  const again = await json(file, '--playbook', REBOOTS);
  expect(finished(again)?.changes).toBe(0);
});

test('what a reboot does not end is an error, then a refusal, and its fix lets it be tried again', async () => {
  await on('node-1', 'touch /etc/stays');
  const ended = switchOn();
  const first = await json(file, '--playbook', STAYS);
  expect(failures(first)).toMatchObject([
    { host: 'node-1', message: expect.stringContaining('see whether the reboot was enough') },
  ]);
  const before = await boots();
  const second = await json(file, '--playbook', STAYS);
  expect({ code: second.code, boots: await boots() }).toEqual({ code: 5, boots: before });
  await follow(refusals(second)[0]?.fix.at(-1));
  await on('node-1', 'rm /etc/stays');
  const third = await json(file, '--playbook', STAYS);
  await ended();
  expect({ code: third.code, changes: finished(third)?.changes }).toEqual({ code: 0, changes: 0 });
});

test('another run that comes while a host boots is told, and changes nothing', async () => {
  await on('node-2', 'touch /run/reboot-required');
  const run = inBackground(file, '--playbook', REBOOTS);
  await run.saw('it is told to reboot', (event) => event.kind === 'gate-waiting' && event.host === 'node-2');
  const other = await json(file, '--playbook', OTHER, '--limit', 'node-1');
  expect(failures(other)).toContainEqual(expect.objectContaining({ host: 'node-1', code: 'lock-held' }));
  expect((await exec('node-1', 'test -e /run/other')).code).toBe(1);
  const ended = switchOn();
  const { exitCode } = await run.running;
  await ended();
  expect(exitCode).toBe(0);
});

test('a machine that has what another lacks stays up until that has it', async () => {
  const site = inventory(3, (tree) => {
    tree.storage = { kind: 'glusterfs', replica: 3 };
  });
  const made = await json(site);
  expect({ code: made.code, failures: failures(made) }).toEqual({ code: 0, failures: [] });
  // The brick of node-2 misses what is written, and nothing brings it there.
  await on('node-2', 'gluster --mode=script volume set mailu cluster.self-heal-daemon off');
  await on('node-2', "pkill -f '[g]lusterfsd .*mailu'");
  await on('node-1', 'for n in $(seq 40); do echo "$n" >/mailu/missed-$n || exit 1; done');
  // The kernel keeps the port of a brick that was killed for a minute, and until then none can start there.
  await sleep(61_000);
  await on('node-2', 'gluster --mode=script volume start mailu force');
  await on('node-1', 'touch /run/reboot-required');
  const before = await boots();
  const run = inBackground(file, '--playbook', REBOOTS);
  const isLeft = ({ kind, reason }: JsonEvent) =>
    kind === 'gate-waiting' && /left to heal/.test(String(reason));
  await run.saw('it waits for what is left to heal', isLeft);
  await sleep(10_000);
  expect(await boots()).toEqual(before);

  const ended = switchOn();
  await on('node-2', 'gluster --mode=script volume set mailu cluster.self-heal-daemon on');
  const { exitCode } = await run.running;
  await ended();
  expect(exitCode).toBe(0);
  expect((await boots())['node-1']).not.toBe(before['node-1']);
  expect(await on('node-2', 'ls /srv/gluster/mailu | grep -c ^missed-')).toBe('40');
});
