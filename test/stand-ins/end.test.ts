import { describe, expect, test } from 'vitest';
import { start } from './python.ts';

const LASTS = 'exec /bin/sleep 60';
const SITE = { DOMAIN: 'example.org', HOSTNAMES: 'mail.example.org', SUBNET: '10.1.0.0/24' };
const IMAP = { env: { ...SITE, POSTMASTER: 'postmaster' }, programs: { dovecot: LASTS }, until: ['dovecot'] };
const SMTP = {
  env: { ...SITE, MESSAGE_SIZE_LIMIT: '1000' },
  // As with the real one, `start-fg` is a script that waits for the master.
  programs: { chown: 'exit 0', postfix: `[ "$1" = start-fg ] || exit 0\n${LASTS}` },
  until: ['postfix'],
};
const ADMIN = { env: { ...SITE, CPU_COUNT: '2' }, programs: { gunicorn: LASTS }, until: ['gunicorn'] };
const FRONT = {
  env: {
    ...{ ...SITE, TLS_FLAVOR: 'notls', MESSAGE_SIZE_LIMIT: '1000', ADMIN: 'true' },
    ...{ WEBMAIL: 'none', WEBDAV: 'none', WEB_ADMIN: '/admin', WEB_WEBMAIL: '/webmail' },
  },
  programs: { nginx: LASTS, dovecot: 'exit 0' },
  until: ['nginx'],
};

describe.concurrent('SIGTERM', () => {
  test.each([
    ['imap/start.py', 'dovecot', IMAP],
    ['smtp/start.py', 'postfix', SMTP],
    ['admin/start.py', 'gunicorn', ADMIN],
  ] as const)('%s does not end by one to itself, and does by one to all', async (file, program, options) => {
    await using started = await start(file, options);
    started.terminate();
    expect(await started.ended(3)).toBeUndefined();
    expect(started.runs(program)).toBe(true);
    started.terminateAll();
    expect(await started.ended(3)).toBe(143);
    expect(started.runs(program)).toBe(false);
  });

  test('front ends at once, and leaves nginx behind', async () => {
    await using started = await start('front/start.py', FRONT);
    started.terminate();
    expect(await started.ended(2)).toBe(143);
    expect(started.runs('nginx')).toBe(true);
  });

  test('antispam, which waits for admin, ends', async () => {
    await using started = await start('antispam/start.py', { env: { ...SITE, MISSING: 'admin' } });
    await expect.poll(started.said, { timeout: 20_000 }).toContain('Admin is not up just yet');
    started.terminate();
    expect(await started.ended(2)).toBe(143);
  });
});

describe.concurrent('a program that ends by itself', () => {
  test.each([
    ['imap/start.py', { ...IMAP, programs: { dovecot: '/bin/sleep 0.5; exit 89' }, until: [] }, 89],
    ['imap/start.py', { ...IMAP, programs: { dovecot: '/bin/sleep 0.5' }, until: [] }, 143],
    [
      'front/start.py',
      { ...FRONT, programs: { ...FRONT.programs, nginx: '/bin/sleep 0.5; exit 1' }, until: [] },
      1,
    ],
  ] as const)('ends %s', async (file, options, code) => {
    await using started = await start(file, options);
    expect(await started.ended(4)).toBe(code);
  });
});
