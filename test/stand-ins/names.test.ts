import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { python, start } from './python.ts';

const ARRIVING = {
  'Auth-Method': 'none',
  'Auth-Protocol': 'smtp',
  'Auth-Port': '25',
  'Client-Ip': '203.0.113.5',
};

/** What admin answers within a second: its status and headers. Undefined: nothing yet. */
async function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}) {
  try {
    const signal = AbortSignal.timeout(1000);
    return await fetch(`http://127.0.0.1:${port}${path}`, { headers, signal });
  } catch {
    return undefined;
  }
}

/** A port that nobody has at the moment. */
async function free(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function admin(port: number, threads: number, missing: string) {
  const args = ['--threads', String(threads), '--bind', `127.0.0.1:${port}`];
  const started = await start('admin/gunicorn', { args, env: { MISSING: missing } });
  for (let tries = 0; (await ask(port, '/ping')) === undefined; tries++)
    if (tries > 50) throw new Error(started.said());
    else await sleep(100);
  return started;
}

describe.concurrent('admin', () => {
  test('is frozen by as many questions for a name that is missing as it has threads', async () => {
    const port = await free();
    await using started = await admin(port, 2, 'smtp');
    expect(await ask(port, '/internal/auth/email', ARRIVING)).toBeUndefined();
    expect(await ask(port, '/ping')).toMatchObject({ status: 200 });
    expect(await ask(port, '/internal/auth/email', ARRIVING)).toBeUndefined();
    expect(await ask(port, '/ping')).toBeUndefined();
    expect(started.said()).toContain("Unable to lookup 'smtp'");
    // Even SIGTERM waits for them.
    started.terminateAll();
    expect(await started.ended(3)).toBeUndefined();
  });

  test('answers with an address while the name is there, and ends at SIGTERM', async () => {
    const port = await free();
    await using started = await admin(port, 2, 'imap');
    const answer = await ask(port, '/internal/auth/email', ARRIVING);
    expect(answer?.headers.get('auth-server')).toBe('127.0.0.1');
    expect(answer?.headers.get('auth-port')).toBe('25');
    started.terminateAll();
    expect(await started.ended(3)).toBe(0);
  });
});

test('a name is looked for a hundred times, two to five seconds apart', async () => {
  const found = await python(
    'admin',
    `
import json, names, socket
pauses, tries = [], []
names.time.sleep = pauses.append
def lookup(*_):
    tries.append(1)
    raise socket.gaierror(-2, "not known")
names.socket.getaddrinfo = lookup
try:
    names.resolve_hostname("imap")
except names.Unknown:
    print(json.dumps([len(tries), min(pauses) >= 2, max(pauses) <= 5]))
`,
  );
  expect(found).toEqual([100, true, true]);
});

test("webmail's nginx needs the name of front, which it has from nowhere but the variable", async () => {
  const render = (env: object) =>
    python(
      'webmail',
      `import json, configuration\nprint(json.dumps(configuration.configuration(${JSON.stringify(env)})))`,
    );
  expect(await render({})).toContain('set_real_ip_from front;');
  expect(await render({ FRONT_ADDRESS: '10.1.0.9' })).toContain('set_real_ip_from 10.1.0.9;');
});

test('a number of threads is that of the processors of the machine', async () => {
  const code =
    'import json, os, variables\nenv = {}\nvariables.normalize(env)\nprint(json.dumps(env["CPU_COUNT"] == str(os.cpu_count())))';
  expect(await python('admin', code)).toBe(true);
});
