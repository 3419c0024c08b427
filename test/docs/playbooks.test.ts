import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/playbooks.md'), 'utf8');

/** The files that the page says to write, by their names. */
const files = new Map(
  [...PAGE.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [name, text]),
);
const folder = mkdtempSync(join(tmpdir(), 'provision-docs-'));

function run(program: string, ...args: readonly string[]) {
  return new Promise<{ code: number; said: string }>((done) => {
    execFile(program, args, { cwd: folder }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
    );
  });
}
const inRoot = (path: string) => join(ROOT, 'node_modules', path);

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/provision-swarm'));
  for (const name of ['zod', '@types/node']) symlinkSync(inRoot(name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});

describe('docs/playbooks.md, followed to the letter', { timeout: 240_000 }, () => {
  test('its files are there', () => {
    expect([...files.keys()].filter((name) => name.endsWith('.ts'))).toHaveLength(11);
  });

  test('TypeScript finds nothing wrong', async () => {
    expect(await run(inRoot('.bin/tsc'), '-p', '.')).toEqual({ code: 0, said: '' });
  });

  test.each([
    ['motd.ts', 'inventory.yaml'],
    ['backup.ts', 'inventory.yaml'],
    ['exporter.ts', 'inventory.yaml'],
    ['greeting.ts', 'greeting.yaml'],
    ['probe.ts', 'probe.yaml'],
    ['proxy.ts', 'inventory.yaml'],
    ['reboots.ts', 'inventory.yaml'],
    ['clock.ts', 'inventory.yaml'],
  ])('%s is valid', async (playbook, inventory) => {
    const { code, said } = await run(
      process.execPath,
      join(ROOT, 'bin/provision.js'),
      'validate',
      inventory,
      '--playbook',
      playbook,
    );
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining(': valid, ') });
  });

  test('the secret of the page gets to its files, and is shown nowhere', async () => {
    const here = (files.get('probe.yaml') ?? '').replace(
      /web-1: .*/,
      'me: { address: localhost, connection: local, ssh: { become: none } }',
    );
    const value = 'a-token-of-this-test';
    writeFileSync(join(folder, 'here.yaml'), here);
    writeFileSync(
      join(folder, 'probe-here.ts'),
      (files.get('probe.ts') ?? '').replaceAll('/etc/probe', join(folder, 'probe')),
    );
    const plan = ['plan', 'here.yaml', '--playbook', 'probe-here.ts', '--diff'];
    const command = [join(ROOT, 'bin/provision.js'), ...plan];
    const { code, said } = await run('env', `MONITORING_TOKEN=${value}`, process.execPath, ...command);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/probe\/token[\s\S]*probe\.ini/) });
    expect(said).not.toContain(value);
    expect(await run(process.execPath, ...command)).toEqual({
      code: 3,
      said: expect.stringContaining(
        'secrets.monitoring: the environment variable MONITORING_TOKEN is not set',
      ),
    });
  });

  test('the site has the playbook of the page after Docker, and its schema what is described', async () => {
    const schema = await run(
      process.execPath,
      join(ROOT, 'bin/provision.js'),
      'schema',
      '--playbook',
      'site.ts',
    );
    expect(schema.code).toBe(0);
    const ofGreeting = await run(
      process.execPath,
      join(ROOT, 'bin/provision.js'),
      'schema',
      '--playbook',
      'greeting.ts',
    );
    expect(ofGreeting.said).toContain('shown to whoever logs in');
  });

  test('the tests of its kind pass', async () => {
    const { code, said } = await run(inRoot('.bin/jiti'), 'timezone.test.ts');
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/pass 2\n[\s\S]*fail 0\n/) });
  });
});

describe('the mistakes that the page tells of are told so', { timeout: 240_000 }, () => {
  const said = async (text: string) => {
    writeFileSync(join(folder, 'mistake.ts'), text);
    const { said } = await run(
      process.execPath,
      join(ROOT, 'bin/provision.js'),
      'validate',
      'inventory.yaml',
      '--playbook',
      'mistake.ts',
    );
    return said;
  };
  const motd = files.get('motd.ts') ?? '';

  test('a misspelt import', async () => {
    expect(await said(motd.replace(', file }', ', fil }').replace('[file(', '[fil('))).toContain(
      'mistake.ts:1:26: `provision-swarm` has no `fil`; did you mean `file`?',
    );
  });
});
