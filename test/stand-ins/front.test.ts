import { expect, test } from 'vitest';
import { python } from './python.ts';

type Env = Readonly<Record<string, string>>;
const SITE: Env = {
  ...{ TLS_FLAVOR: 'cert', HOSTNAMES: 'mail.example.org,other.example.org', MESSAGE_SIZE_LIMIT: '1000' },
  ...{ ADMIN: 'true', WEBMAIL: 'roundcube', WEBDAV: 'none', WEB_ADMIN: '/admin', WEB_WEBMAIL: '/webmail' },
};

async function front(env: Env, works = true): Promise<{ readonly nginx: string; readonly dovecot: string }> {
  const code = `
import json, os
from variables import normalize
normalize(os.environ)
from configuration import configuration
from proxy import proxy
from tls import files
pairs = files()
print(json.dumps({"nginx": configuration(pairs, ${works ? 'True' : 'False'}, "127.0.0.11"), "dovecot": proxy(pairs)}))`;
  return (await python('front', code, { ...SITE, ...env })) as { nginx: string; dovecot: string };
}

/** What is open to others, beside the ports for the webmail and for deliveries. A server that says none listens on 80. */
function ports({ nginx, dovecot }: Awaited<ReturnType<typeof front>>): readonly number[] {
  const found = [...`${nginx}${dovecot}`.matchAll(/(?:listen|port =) (\d+)[; \n]/g)].map(([, port]) =>
    Number(port),
  );
  return [...new Set(found)]
    .filter((port) => port !== 0 && port < 10_000 && port !== 2525)
    .toSorted((a, b) => a - b);
}

test('what is open by default, and with everything', async () => {
  expect(ports(await front({}))).toEqual([25, 80, 443, 465, 993, 995, 4190]);
  const all = '25,80,443,465,993,995,4190,110,143,587';
  expect(ports(await front({ PORTS: all }))).toEqual([25, 80, 110, 143, 443, 465, 587, 993, 995, 4190]);
});

test('PORTS closes 80, 995 and 4190 alone; the variable TLS closes the others', async () => {
  expect(ports(await front({ PORTS: '25' }))).toEqual([25, 443, 465, 993]);
  expect(ports(await front({ TLS: '465' }))).toEqual([25, 80, 465, 4190]);
});

test('notls opens 25, 80 and 4190, and what asks for no TLS', async () => {
  expect(ports(await front({ TLS_FLAVOR: 'notls' }))).toEqual([25, 80, 4190]);
  const { nginx, dovecot } = await front({ TLS_FLAVOR: 'notls', PORTS: '25,80,443,465,993,995,4190,143' });
  expect(ports({ nginx, dovecot })).toEqual([25, 80, 143, 4190]);
  expect(dovecot).toContain('ssl = no');
  expect(nginx).not.toContain('return 301 https');
});

test('without the certificate, nginx serves 25 and 80 and nothing else on them; Dovecot is asked for a file that is missing', async () => {
  const { nginx, dovecot } = await front({}, false);
  expect(nginx).not.toMatch(/listen (443|465|993)/);
  expect(nginx).toContain('location / { return 403; }');
  expect(nginx).not.toContain('starttls');
  expect(dovecot).toContain('ssl_cert = </certs/cert.pem');
});

test('the first page is not found unless WEBROOT_REDIRECT says where to', async () => {
  expect((await front({})).nginx).toContain('location / { try_files $uri =404; }');
  expect((await front({ WEBROOT_REDIRECT: '/webmail' })).nginx).toContain(
    'location / { try_files $uri /webmail?homepage; }',
  );
  expect((await front({ WEBROOT_REDIRECT: 'none' })).nginx).not.toContain('try_files');
});

test('the webmail is behind a login', async () => {
  const { nginx } = await front({});
  expect(nginx).toMatch(/location \/webmail \{.*auth_request \/internal\/auth\/user;.*@sso_login/);
  expect((await front({ WEBMAIL: 'none', ADMIN: 'false' })).nginx).not.toMatch(/webmail \{|location \/admin/);
});

test('PROXY_PROTOCOL is expected on the ports that it names', async () => {
  const env = { REAL_IP_FROM: '10.2.0.0/16,10.3.0.1', PORTS: '25,80,443,465,993,995,4190' };
  const { nginx, dovecot } = await front({ ...env, PROXY_PROTOCOL: 'mail' });
  expect(nginx).toContain('listen 25 proxy_protocol;');
  expect(nginx).toContain('listen 443 ssl;');
  expect(nginx).not.toContain('real_ip_header');
  expect(dovecot).toContain('haproxy_trusted_networks = 10.2.0.0/16 10.3.0.1');
  for (const port of [465, 993, 995, 4190])
    expect(dovecot).toMatch(new RegExp(`port = ${port}\\n[^}]*haproxy = yes`));
  expect(dovecot).not.toMatch(/\n port = (10143|10025|14190|2525)\n[^}]*haproxy/);
  const all = await front({ ...env, PROXY_PROTOCOL: 'all' });
  expect(all.nginx).toContain('listen 443 ssl proxy_protocol;');
  expect(all.nginx).toContain('real_ip_header proxy_protocol;');
});

test('a word that Mailu does not know in PROXY_PROTOCOL ends it', async () => {
  const code = `
import json, variables
try:
    variables.normalize({"PROXY_PROTOCOL": "everything"})
except variables.Refused as error:
    print(json.dumps(str(error)))`;
  expect(await python('front', code)).toContain('everything');
});
