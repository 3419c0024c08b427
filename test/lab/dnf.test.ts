import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bareNodes, changedLines, figure, finished, inventory, json, plannedLines } from './harness.ts';
import { exec } from './lab.ts';
import { nodeOf } from './node.ts';
import { failures, on } from './steps.ts';

const script = (name: string) => readFileSync(fileURLToPath(new URL(`./${name}`, import.meta.url)), 'utf8');
const playbook = fileURLToPath(new URL('./fixtures/dnf.ts', import.meta.url));

test('packages by a real dnf from a signed repository, its key by the fingerprint; what is removed comes back', async () => {
  await bareNodes(2);
  const { code, stdout, stderr } = await exec('node-2', 'sh -s', script('rpm-repository.sh'));
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  await on('node-1', 'apt-get -qq update; apt-get -qq -y --no-install-recommends install dnf rpm >/dev/null');
  const url = `http://${nodeOf(2).address}`;
  const file = inventory(1, (tree) => {
    tree.dnf = { url, fingerprint: stdout.trim().split('\n').at(-1) };
  });
  const run = (...args: readonly string[]) => json(...args, file, '--playbook', playbook);

  const ran = await run();
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await on('node-1', 'cat /usr/share/lab-demo/hello; rpm -q lab-demo-library')).toMatch(
    /^lab-demo\nlab-demo-library-1\.0-1/,
  );
  expect(finished(await run())?.changes).toBe(0);

  await on('node-1', 'dnf -y remove lab-demo >/dev/null 2>&1; echo >>/etc/yum.repos.d/provision-lab.repo');
  const planned = await run('plan');
  expect(plannedLines(planned)).toEqual([
    'node-1: dnf-packages lab-demo lab-demo-library: lab-demo',
    'node-1: file /etc/yum.repos.d/provision-lab.repo: content',
  ]);
  const mended = await run();
  expect({ code: mended.code, changed: changedLines(mended) }).toEqual({
    code: 0,
    changed: plannedLines(planned),
  });
  expect(finished(await run())?.changes).toBe(0);

  const unsigned = await exec('node-1', 'dnf -y install lab-unsigned 2>&1');
  figure('a package without a signature', unsigned.stdout.trim().split('\n').at(-1));
  expect(unsigned.code).not.toBe(0);
});
