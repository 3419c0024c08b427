import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { python } from './python.ts';

/** DNS as it is here: a stranger whose domain forbids what it sends, and one that is run well. */
const SETTING = `
import json
from score import GREYLIST, Message, points, symbols
from greylist import Greylist, settings
from memory import Memory
TEXTS = {
    "_dmarc.example.com": ["v=DMARC1; p=reject; rua=mailto:x@example.com"],
    "_dmarc.example.net": ["v=DMARC1;p=reject"],
    "example.net": ["google-site-verification=x", "v=spf1 mx a:mail.example.net -all"],
}
class Dns:
    texts = staticmethod(lambda name: TEXTS.get(name, []))
    addresses = staticmethod(lambda name: {"mail.example.net": ["198.51.100.7"]}.get(name, []))
ours = Message("203.0.113.5", None, "check.example.com", "", ["a@example.org"], "example.com", b"body")
good = Message("198.51.100.7", "mail.example.net", "mail.example.net", "b@example.net", ["a@example.org"], "example.net", b"body")
`;
const antispam = (code: string) => python('antispam', `${SETTING}${code}`);

test('a stranger without names, in the name of a domain that rejects it, has the points that rspamd gives', async () => {
  expect(
    await antispam('found = symbols(ours, Dns)\nprint(json.dumps([points(found), sorted(found)]))'),
  ).toEqual([
    6.8,
    [
      'DMARC_POLICY_REJECT',
      'HFILTER_HELO_IP_A',
      'HFILTER_HELO_NORES_A_OR_MX',
      'HFILTER_HOSTNAME_UNKNOWN',
      'RDNS_NONE',
    ],
  ]);
});

test('a sender that is run well has none, and is not put off', async () => {
  const code = 'found = symbols(good, Dns)\nprint(json.dumps([sorted(found), points(found) < GREYLIST]))';
  expect(await antispam(code)).toEqual([['R_SPF_ALLOW'], true]);
});

test('the same sender from an address that is not its own is one that SPF and DMARC refuse', async () => {
  const code = 'good.ip = "203.0.113.5"\nprint(json.dumps(sorted(symbols(good, Dns))))';
  expect(await antispam(code)).toEqual(['DMARC_POLICY_REJECT', 'R_SPF_FAIL']);
});

test('what cannot be looked up speaks against nobody but the HELO', async () => {
  const code = `
class Away:
    def texts(name): raise OSError("timed out")
    addresses = texts
print(json.dumps(sorted(symbols(good, Away))))`;
  expect(await antispam(code)).toEqual(['HFILTER_HELO_IP_A', 'HFILTER_HELO_NORES_A_OR_MX']);
});

test('the first try is put off for five minutes; then it passes, by its body or by who sends to whom from where', async () => {
  const code = `
import copy
clock = [1000.0]
grey = Greylist(Memory(), now=lambda: clock[0])
def at(second, **changes):
    clock[0] = 1000.0 + second
    message = copy.copy(ours)
    vars(message).update(changes)
    return grey.puts_off(message)
print(json.dumps({
    "first": at(0),
    "early": at(299),
    "later": at(301),
    "other body": at(302, body=b"other"),
    "neighbour, same body": at(303, ip="203.0.100.1"),
    "other network and body": at(304, ip="198.51.100.1", body=b"new"),
    "other recipient and body": at(305, recipients=["c@example.org"], body=b"newer"),
}))`;
  expect(await antispam(code)).toEqual({
    first: true,
    early: true,
    later: false,
    'other body': false,
    'neighbour, same body': false,
    'other network and body': true,
    'other recipient and body': true,
  });
});

test("a person's own settings are read where rspamd gets them from", async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'provision-greylist-')), 'greylist.conf');
  const read = () => antispam(`print(json.dumps(settings(${JSON.stringify(file)})))`);
  expect(await read()).toEqual({ enabled: true, timeout: 300, expire: 86400 });
  writeFileSync(file, 'enabled = false;\ntimeout = 5s;\nexpire = 1d;\n');
  expect(await read()).toEqual({ enabled: false, timeout: 5, expire: 86400 });
});
