import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { stackFile } from '../../playbooks/mailu/stack.ts';
import { clusterSettings, type Mailu } from '../../playbooks/settings/mailu.ts';
import { type ComposeService, parseCompose } from '../../src/resources/stack/compose.ts';
import { around } from './around.ts';

const SUBNET = '10.0.1.0/24';

/** The services of the guide's stack file, by what it says of each: image, ports, mounts, range of trusted addresses, replicas. */
interface Said {
  readonly image: string;
  readonly ports?: readonly number[];
  readonly mounts?: readonly string[];
  readonly trusts?: true;
  readonly replicas: number;
}
const GUIDE: Readonly<Record<string, Said>> = {
  front: {
    image: 'mailu/nginx',
    ports: [25, 80, 110, 143, 443, 465, 587, 993, 995],
    mounts: ['certs:/certs'],
    replicas: 2,
  },
  redis: { image: 'redis:alpine', mounts: ['redis:/data'], replicas: 1 },
  imap: { image: 'mailu/dovecot', mounts: ['mail:/mail', 'overrides:/overrides'], replicas: 2 },
  smtp: { image: 'mailu/postfix', mounts: ['overrides:/overrides'], trusts: true, replicas: 2 },
  antispam: {
    image: 'mailu/rspamd',
    mounts: ['dkim:/dkim', 'filter:/var/lib/rspamd', 'overrides/rspamd:/etc/rspamd/override.d'],
    trusts: true,
    replicas: 1,
  },
  antivirus: { image: 'mailu/none', mounts: ['filter:/data'], replicas: 1 },
  webdav: { image: 'mailu/none', mounts: ['dav:/data'], replicas: 1 },
  admin: {
    image: 'mailu/admin',
    mounts: ['/var/run/docker.sock:/var/run/docker.sock', 'data:/data', 'dkim:/dkim'],
    trusts: true,
    replicas: 1,
  },
  webmail: { image: 'mailu/roundcube', mounts: ['webmail:/data'], replicas: 2 },
  fetchmail: { image: 'mailu/fetchmail', mounts: [], replicas: 1 },
};

/** Where ours says something else, on purpose: the field, and the heading of its reason in docs/guide-1.9.md. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'front ports': 'ManageSieve',
  'front mounts': 'Overrides',
  'front replicas': 'Fronts',
  'imap mounts': 'Leases',
  'imap replicas': 'One writer',
  'imap trusts': 'Trusted range',
  'redis mounts': 'Leases',
  'smtp mounts': 'Queue',
  'smtp replicas': 'One writer',
  'antispam mounts': 'Leases',
  'antivirus image': 'Placeholders',
  'antivirus mounts': 'Signatures',
  'webdav image': 'Placeholders',
  'webdav mounts': 'Leases',
  'admin mounts': 'sqlite and the socket',
  'webmail mounts': 'Leases',
  'webmail replicas': 'One writer',
  'fetchmail mounts': 'Leases',
};

const mailu = clusterSettings.parse(
  parse(`
domain: example.org
hostnames: [mail.example.org]
version: '1.9'
network: { name: mailu_default, subnet: ${SUBNET} }
ports: [25, 80, 110, 143, 443, 465, 587, 993, 995, 4190]
webmail: roundcube
antivirus: true
webdav: true
fetchmail: true
`),
) as Mailu;

function said(service: ComposeService): Said {
  const mounts = service.volumes
    .flatMap((mount) => (mount.type === 'tmpfs' ? [] : [`${mount.source}:${mount.target}`]))
    .map((mount) => mount.replace(/^\/mailu\//, ''));
  const ports = service.ports.map(({ published }) => published).toSorted((a, b) => a - b);
  return {
    image: service.image.replace(/:1\.9$/, ''),
    mounts: mounts.toSorted(),
    replicas: service.deploy.replicas ?? 0,
    ...(ports.length === 0 ? {} : { ports }),
    ...(service.environment.POD_ADDRESS_RANGE === SUBNET ? { trusts: true } : {}),
  };
}

const { services, networks } = parseCompose(stackFile(mailu, around));

test("the stack of 1.x is the guide's, service by service, but for what docs/guide-1.9.md says", () => {
  expect(Object.keys(services).toSorted()).toEqual(Object.keys(GUIDE).toSorted());
  const found = Object.entries(GUIDE).flatMap(([name, guide]) => {
    const ours = said(services[name] as ComposeService);
    return (['image', 'ports', 'mounts', 'trusts', 'replicas'] as const)
      .filter((field) => JSON.stringify(ours[field]) !== JSON.stringify(guide[field]))
      .map((field) => `${name} ${field}`);
  });
  expect(found.toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted());
  expect(networks.default).toMatchObject({ external: true, name: 'mailu_default' });
  const same = Object.keys(GUIDE).length * 5 - found.length;
  process.stdout.write(
    `figure  guide's stack: fields that are the same, that differ: ${same}, ${found.length}\n`,
  );
});

test('docs/guide-1.9.md has the reason of every difference', () => {
  const page = readFileSync(new URL('../../docs/guide-1.9.md', import.meta.url), 'utf8');
  for (const reason of new Set(Object.values(DIFFERENCES))) expect(page).toContain(`- **${reason}**`);
});
