import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { zoneFile } from '../../playbooks/mailu/dns.ts';
import { clusterSettings, type Mailu } from '../../playbooks/settings/mailu.ts';

const read = (text = ''): Mailu =>
  clusterSettings.parse(
    parse(`domain: example.org\nhostnames: [mail.example.org, imap.example.org]\n${text}`),
  ) as Mailu;

const domain = {
  name: 'example.org',
  dns_mx: 'example.org. 600 IN MX 10 mail.example.org.',
  dns_spf: 'example.org. 600 IN TXT "v=spf1 mx a:mail.example.org ~all"',
  dns_dkim: 'dkim._domainkey.example.org. 600 IN TXT "v=DKIM1; k=rsa; p=" "MIIB"',
  dns_dmarc: '_dmarc.example.org. 600 IN TXT "v=DMARC1; p=reject; adkim=s; aspf=s"',
};
const known = {
  domains: [domain],
  unknown: '',
  addresses: ['192.0.2.11', '2001:db8::11'],
  certificate: undefined,
};

test('the zone file of a site', async () => {
  await expect(zoneFile(read(), known)).toMatchFileSnapshot('records/site.zone');
});

test('a second domain, and the keys that Let’s Encrypt signs with', async () => {
  const other = Object.fromEntries(
    Object.entries(domain).map(([key, value]) => [key, value.replaceAll('example.org', 'club.example')]),
  ) as typeof domain;
  await expect(
    zoneFile(read('tls: { kind: letsencrypt }'), { ...known, domains: [domain, other] }),
  ).toMatchFileSnapshot('records/two-domains.zone');
});

test('a domain that Mailu says as people read it is in ASCII in a zone file', () => {
  const other = Object.fromEntries(
    Object.entries(domain).map(([key, value]) => [
      key,
      value.replaceAll(/(?<!mail\.)example\.org/g, 'müller.example'),
    ]),
  ) as typeof domain;
  const zone = zoneFile(read(), { ...known, domains: [domain, other] });
  expect(zone).toContain('dkim._domainkey.xn--mller-kva.example. 600 IN TXT');
  expect(zone).toContain('xn--mller-kva.example._report._dmarc.example.org. IN TXT');
  expect(zone).not.toContain('müller');
});

test('what is not known is said, and nothing is made up', () => {
  const zone = zoneFile(read('tls: { kind: notls }'), {
    ...known,
    domains: undefined,
    unknown: 'mail-1: Docker is not running',
    addresses: [],
  });
  expect(zone).toContain('; Mailu could not be asked for its domains: mail-1: Docker is not running');
  expect(zone.split('\n').filter((line) => line !== '' && !/^[;$]/.test(line))).toEqual([]);
  const without = zoneFile(read(), { ...known, domains: [{ ...domain, dns_dkim: null, dns_dmarc: null }] });
  expect(without).toContain('; no DKIM key yet');
  expect(without).not.toContain('_dmarc');
});
