import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { observeFrame, readFrame } from '../../src/engine/frame.ts';
import { prepare } from '../../src/engine/index.ts';
import { ofOwnEngine, READ_ENGINE } from '../../src/engine/own-engine.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { defineResource, Refusal } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';
import { Hosts } from './hosts.ts';

const NONCE = 'provision-of-a-test';

afterEach(() => void vi.unstubAllEnvs());

/** A home with this in Docker's settings, and a `docker` that says which engine it would ask (docker/cli, resolveContextName). */
function home(config?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'provision-home-'));
  mkdirSync(join(folder, '.docker'));
  if (config !== undefined) writeFileSync(join(folder, '.docker/config.json'), config);
  const docker = `#!/bin/sh
context=$(sed -n 's/.*"currentContext": *"\\([^"]*\\)".*/\\1/p' "$HOME/.docker/config.json" 2>/dev/null)
[ -z "$DOCKER_HOST" ] || { echo "$DOCKER_HOST"; exit; }
echo "\${DOCKER_CONTEXT:-\${context:-default}}\${DOCKER_TLS_VERIFY:+ by TLS}"
`;
  writeFileSync(join(folder, 'docker'), docker, { mode: 0o755 });
  return folder;
}

/** Which engine a command asks that is pasted there. */
function asked(command: string, folder: string, env: NodeJS.ProcessEnv): string {
  const all = { ...env, HOME: folder, PATH: `${folder}:/usr/bin:/bin` };
  return spawnSync('dash', ['-c', command], { env: all, encoding: 'utf8' }).stdout.trim();
}

const SETTINGS: readonly (readonly [string, NodeJS.ProcessEnv, string | undefined, string])[] = [
  ['a host', { DOCKER_HOST: 'tcp://prod:2376', DOCKER_TLS_VERIFY: '1' }, undefined, 'tcp://prod:2376'],
  ['a context', { DOCKER_CONTEXT: 'prod' }, undefined, 'prod'],
  ['a context that is chosen', {}, '{\n\t"auths": {},\n\t"currentContext": "prod"\n}', 'prod'],
  ['the same in one line', {}, '{"currentContext":"prod"}', 'prod'],
];

describe.each([
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
])('in %s', (_, [shell = '', ...words]) => {
  const other = (folder: string, env: NodeJS.ProcessEnv) => {
    const input = observeFrame([READ_ENGINE], NONCE).reveal();
    const { stdout, stderr } = spawnSync(shell, words, {
      input,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: folder, ...env },
    });
    const { parts } = readFrame({ code: 0, stdout, stderr } as never, NONCE, [READ_ENGINE]);
    expect(parts).toMatchObject([{ code: 0, stderr: '' }]);
    return parts[0]?.stdout !== '';
  };

  test.each(SETTINGS)('%s is seen', (_name, env, config) => {
    expect(other(home(config), env)).toBe(true);
  });

  test('nothing is seen where there is nothing', () => {
    expect(other(home(), {})).toBe(false);
    expect(other(home('{"auths":{}}'), { DOCKER_HOST: '' })).toBe(false);
    expect(other('/nowhere', {})).toBe(false);
  });
});

const leaving = defineResource({
  kind: 'leaving',
  want: z.object({}),
  key: () => 'it',
  observe: () => ({ script: sh`:`, parse: () => true }),
  diff(): [] {
    throw new Refusal('it is in another swarm', [
      sh`docker swarm leave --force`,
      sh`for c in $(docker ps -q); do echo; done`,
      sh`ls /host`,
    ]);
  },
  apply: () => [],
});
const playbook = definePlaybook({
  name: 'p',
  inspect: ({ hosts }) =>
    hosts.map((host) => ({
      level: 'warn',
      code: 'x',
      host: host.name,
      message: 'x',
      fix: [host.onHost('docker info')],
    })),
  stages: [{ name: 'one', resources: () => [leaving({})] }],
});

/** The commands of a first plan. */
async function fixes(): Promise<readonly string[]> {
  const hosts = new Hosts(['a'], [playbook]);
  await using prepared = await prepare(hosts.options());
  return prepared.plan.findings.flatMap(({ fix }) => fix ?? []);
}

describe('a command that a person is given', () => {
  test.each(SETTINGS)('asks the engine of its host, where the login has %s', async (_, env, config, set) => {
    const folder = home(config);
    expect(asked('docker info', folder, env)).toContain(set);
    for (const [name, value] of Object.entries({ ...env, HOME: folder })) vi.stubEnv(name, value);
    const [info, leave, each, look] = await fixes();
    expect(look).toBe('on a: ls /host');
    for (const one of [info, leave])
      expect(asked(one?.replace('on a: ', '') ?? '', folder, env)).toBe('default');
    expect(each).toBe(`on a: ${ofOwnEngine('for c in $(docker ps -q); do echo; done')}`);
  });

  test('is as short as it can be everywhere else', async () => {
    vi.stubEnv('HOME', home('{"auths":{}}'));
    expect((await fixes()).slice(0, 2)).toEqual(['on a: docker info', 'on a: docker swarm leave --force']);
  });
});
