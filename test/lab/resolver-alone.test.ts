import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { changedLines, finished, inventory, json, provision } from './harness.ts';
import { inInternet, restoreSignatures } from './internet.ts';
import { exec, up } from './lab.ts';
import { INTERNET } from './network.ts';
import { address, asked, PAUSE, stripWithin, UNPAUSE } from './resolving.ts';
import { failures, on } from './steps.ts';

const PLAYBOOK = fileURLToPath(new URL('../../playbooks/resolver.ts', import.meta.url));

beforeAll(async () => {
  await up({ nodes: 2, fresh: true, internet: true });
});

test('without NetworkManager it is unbound alone, as the plan says; zones of one’s own are validated by their anchors', async () => {
  // Nor IPv6 on its loopback device, without which unbound as it is installed does not start.
  await on(
    'node-1',
    'systemctl disable --now NetworkManager 2>/dev/null; sysctl -q -w net.ipv6.conf.lo.disable_ipv6=1',
  );
  const ds = (
    await inInternet('dig @127.0.0.1 corp.internal DNSKEY | dnssec-dsfromkey -2 -f - corp.internal')
  ).trim();
  const alone = (anchors: readonly string[]): readonly string[] => {
    const own = inventory(2, ({ hosts: { 'node-1': host = {} } }) => {
      host.resolver = {
        kind: 'dnssec-trigger',
        privateZones: { 'corp.internal': [INTERNET] },
        trustAnchors: anchors,
      };
    });
    return [own, '--limit', 'node-1', '--playbook', PLAYBOOK];
  };
  const plan = await provision('plan', ...alone([]));
  expect(plan.stdout).toContain('kind unbound: NetworkManager does not run here');
  const ran = await json(...alone([]));
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await on('node-1', 'cat /etc/resolv.conf')).toMatch(
    /^# Written by provision.*\nnameserver 127\.0\.0\.1$/m,
  );
  expect((await exec('node-1', 'echo x >>/etc/resolv.conf')).code).not.toBe(0);
  expect(await asked('node-1', 'www.corp.internal')).toBe('NOERROR');
  const anchored = await json(...alone([ds]));
  expect({ code: anchored.code, failures: failures(anchored) }).toEqual({ code: 0, failures: [] });
  expect(changedLines(anchored)).toEqual([
    'node-1: file /etc/unbound/unbound.conf.d/provision.conf: content',
    'node-1: resolver unbound: unbound',
  ]);
  expect(await asked('node-1', 'www.corp.internal')).toBe('NOERROR ad');
  expect(await asked('node-1', 'example.org')).toBe('NOERROR ad');
  expect(await asked('node-1', 'dnssec-failed.org')).toBe('SERVFAIL');
  const wrong = ds.replace(/.{8}$/, '00000000');
  const broken = await json(...alone([wrong]));
  expect(broken.code).toBe(0);
  expect(await asked('node-1', 'www.corp.internal')).toBe('SERVFAIL');
  expect(finished(await json(...alone([wrong])))?.changes).toBe(0);
});

test('systemd-resolved is taken out of the way, and is back where the new resolver does not validate', async () => {
  await on(
    'node-2',
    'apt-get -qq update && apt-get -qq -y --no-install-recommends install systemd-resolved libnss-resolve >/dev/null 2>&1; mkdir -p /etc/systemd/resolved.conf.d; printf "[Resolve]\\nDNS=172.31.77.2\\n" >/etc/systemd/resolved.conf.d/lab.conf; systemctl restart systemd-resolved',
  );
  await on('node-2', PAUSE);
  const own = inventory(2, (tree) => {
    tree.resolver = { kind: 'dnssec-trigger' };
  });
  const alone = [own, '--limit', 'node-2', '--playbook', PLAYBOOK] as const;
  const resolved = () =>
    on(
      'node-2',
      'readlink /etc/resolv.conf; systemctl is-active systemd-resolved || true; systemctl is-enabled systemd-resolved || true; grep ^hosts: /etc/nsswitch.conf; cat /etc/NetworkManager/NetworkManager.conf',
    );
  const before = await resolved();
  expect(before).toContain('stub-resolv.conf\nactive\nenabled\n');
  const plan = await provision('plan', ...alone);
  expect(plan.stdout).toContain('unbound: dnssec-trigger would remove the package systemd-resolved');

  const failed = await stripWithin('node-2', json(...alone));
  expect(failures(failed)).toMatchObject([
    {
      host: 'node-2',
      output: { stderr: expect.stringMatching(/taken back: \w.*The old one resolves again/) },
    },
  ]);
  expect(await resolved()).toBe(before);
  await restoreSignatures();
  await on('node-2', UNPAUSE);

  const ran = await json(...alone);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  expect(await resolved()).toMatch(/^inactive\nmasked\nhosts:\s+files( myhostname)? dns\n/);
  expect(await asked('node-2', 'example.org')).toBe('NOERROR ad');
  expect(await address('node-2', 'google.com')).toBe('192.0.2.80');
  expect(finished(await json(...alone))?.changes).toBe(0);
});
