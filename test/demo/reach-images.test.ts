import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const reach = (registry: string) =>
  spawnSync('node_modules/.bin/jiti', ['test/lab/reach-images.ts', registry], {
    cwd: ROOT,
    encoding: 'utf8',
  });

test('where the registry of the images is not reached, the demo says so, and what to do', () => {
  const { status, stderr } = reach('localhost:1/mailu');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^this machine does not reach localhost:1, where Mailu's images are published \(.+\)\.\nRun it on/,
  );
});

test('a registry that answers, be it with a refusal, is reached', async () => {
  const server = createServer((_, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const code = await new Promise((resolve) =>
    spawn('node_modules/.bin/jiti', ['test/lab/reach-images.ts', `127.0.0.1:${port}/mailu`], {
      cwd: ROOT,
    }).once('close', resolve),
  );
  server.close();
  expect(code).toBe(0);
});

test('another word than it knows is answered with its usage', () => {
  const { status, stderr } = spawnSync('sh', ['test/demo.sh', '--images', 'none'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'usage: npm run demo -- [--images stand-ins|real]\n',
  });
});
