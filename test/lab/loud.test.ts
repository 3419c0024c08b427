import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { figure, finished, inventory, provisionIn } from './harness.ts';
import { exec, up } from './lab.ts';

const PLAYBOOK = fileURLToPath(new URL('./fixtures/loud.ts', import.meta.url));
/** What the command needs by itself is about 70 MB. */
const HEAP = 128;

beforeAll(() => up({ nodes: 3 }));

test('a step that prints 80 MB costs megabytes, here and in the log, through ssh and through sudo', async () => {
  const file = inventory(3);
  await Promise.all([1, 2, 3].map((number) => exec(`node-${number}`, 'rm -f /srv/loud')));
  const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP}` };
  const ran = await provisionIn(env, file, '--playbook', PLAYBOOK, '--output', 'json');
  expect({ code: ran.code, changes: finished(ran)?.changes }).toEqual({ code: 0, changes: 3 });
  const lines = ran.events.filter(({ kind }) => kind === 'step-output').length;
  expect(lines).toBeLessThan(3 * 5002);
  const folder = join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'provision', 'lab');
  const newest = readdirSync(folder).toSorted().at(-1) as string;
  const { size } = statSync(join(folder, newest));
  figure('80 MB printed on each of three hosts: lines shown, MB of the log', [
    lines,
    Math.round(size / 1e5) / 10,
  ]);
  expect(size).toBeLessThan(5e6);
});
