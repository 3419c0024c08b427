import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { python, start } from './python.ts';

type Env = Readonly<Record<string, string>>;
const SITE: Env = {
  ...{ DOMAIN: 'example.org', HOSTNAMES: 'mail.example.org', SUBNET: '10.1.0.0/24' },
  ...{ POSTMASTER: 'postmaster', MESSAGE_SIZE_LIMIT: '1000' },
};
const LASTS = 'exec /bin/sleep 60';

/** A file that a start file writes. */
async function written(file: string, program: string, name: string, env: Env): Promise<string> {
  const programs = { chown: 'exit 0', [program]: `[ "$1" != set-permissions ] || exit 0\n${LASTS}` };
  await using started = await start(file, { env: { ...SITE, ...env }, programs, until: [program] });
  return readFileSync(join(started.folder, name), 'utf8');
}

describe.concurrent('what a variable changes', () => {
  test.each([
    [{}, 'submission_host = front\n'],
    [{ FRONT_ADDRESS: 'elsewhere' }, 'submission_host = elsewhere\n'],
    [{ PROXY_PROTOCOL: '443' }, 'submission_host = front\n'],
    [{ PROXY_PROTOCOL: 'mail', REAL_IP_FROM: '10.2.0.0/16' }, 'submission_host = mail.example.org\n'],
  ] as const)('imap, %j: where its own messages are sent through', async (env, line) => {
    expect(await written('imap/start.py', 'dovecot', 'dovecot.conf', env)).toContain(line);
  });

  test.each([
    [{}, 'dane'],
    [{ DEFER_ON_TLS_ERROR: 'False' }, 'dane'],
    [{ DEFER_ON_TLS_ERROR: '' }, 'may'],
  ] as const)('smtp, %j: a server without DNSSEC', async (env, policy) => {
    const main = await written('smtp/start.py', 'postfix', 'main.cf', env);
    expect(main).toContain(`smtp_tls_dane_insecure_mx_policy = ${policy}\n`);
  });

  test('smtp: who may be written to by those who have logged in', async () => {
    const master = (env: Env) => written('smtp/start.py', 'postfix', 'master.cf', env);
    expect(await master({})).toContain('smtpd_reject_unlisted_recipient=no\n');
    expect(await master({ REJECT_UNLISTED_RECIPIENT: 'yes' })).toContain(
      'smtpd_reject_unlisted_recipient=yes\n',
    );
  });
});

test('a key that root has made can be read by the application, and not be made anew by it', async () => {
  const code = `
import json, os, subprocess, tempfile
import records
folder = tempfile.mkdtemp()
os.chmod(folder, 0o755)
records.need_mount = lambda *_: None
records.key_file = lambda domain: os.path.join(folder, domain)
records.subprocess.run = lambda *_, **__: subprocess.CompletedProcess([], 0, b"key")
os.umask(0o022)
records.generate_key("example.org")
mode = oct(os.stat(folder + "/example.org").st_mode & 0o777)
if os.geteuid() == 0:
    os.setuid(65534)
else:
    os.chmod(folder + "/example.org", 0o444)
try:
    records.generate_key("example.org")
except PermissionError:
    print(json.dumps([mode, open(folder + "/example.org").read()]))`;
  expect(await python('admin', code)).toEqual(['0o644', 'key']);
});
