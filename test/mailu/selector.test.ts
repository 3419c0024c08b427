import { expect, test } from 'vitest';
import { inspectSelector } from '../../playbooks/mailu/selector.ts';
import { mailCluster } from './mail-hosts.ts';

function findings(
  keys: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  domain = 'example.org',
  service?: { readonly environment: Readonly<Record<string, string>> },
) {
  const cluster = mailCluster(
    {
      'mail-1': { shared: { mounted: false }, ...(service === undefined ? {} : { service }) },
      'mail-2': { shared: { keys } },
    },
    { variables, domain },
  );
  return inspectSelector(cluster.settings as never, cluster);
}

test.each([
  ['no key yet', [], {}],
  ['the key of the selector', ['example.org.dkim.key'], {}],
  ['the key of a selector that is written', ['example.org.mail.key'], { DKIM_SELECTOR: 'mail' }],
  ['a selector with a dot', ['example.org.mail.2024.key'], { DKIM_SELECTOR: 'mail.2024' }],
  ['both', ['example.org.dkim.key', 'example.org.mail.key'], { DKIM_SELECTOR: 'mail' }],
  ['keys of other domains, one below this one', ['example.net.dkim.key', 'example.org.uk.dkim.key'], {}],
  ['what is no key of a domain', ['dkim.key', 'notes.key'], {}],
])('%s: nothing to say', (_, keys, variables) => {
  expect(findings(keys, variables)).toEqual([]);
});

test('another selector than that of the key is refused before mail goes out unsigned', () => {
  expect(findings(['example.org.dkim.key'], { DKIM_SELECTOR: 'mail' })).toEqual([
    {
      level: 'refuse',
      code: 'dkim-selector',
      host: 'mail-2',
      message:
        'Mailu would not find the DKIM key of example.org, which is /mailu/dkim/example.org.dkim.key, and is looked for as example.org.mail.key: mail would go out unsigned',
      fix: [
        'to keep the selector dkim: take DKIM_SELECTOR out of mailu.variables',
        'to use the same key under the selector mail, copy it, bring the new records into your DNS (provision dns), and leave the old ones for some days: mail-2$ cp -a -n -- /mailu/dkim/example.org.dkim.key /mailu/dkim/example.org.mail.key',
      ],
    },
  ]);
  expect(findings(['example.org.old.key'])[0]?.fix[0]).toBe(
    'to keep the selector old: write mailu: { variables: { DKIM_SELECTOR: old } }',
  );
});

test('the keys of all domains come with it, also where that of the main one is there already', () => {
  const keys = ['club.example.dkim.key', 'example.org.dkim.key', 'xn--mller-kva.example.dkim.key'];
  expect(findings(keys, { DKIM_SELECTOR: 'mail' })[0]?.fix[1]).toContain(
    "mail-2$ cp -a -n -- /mailu/dkim/example.org.dkim.key /mailu/dkim/example.org.mail.key && cp -a -n -- /mailu/dkim/club.example.dkim.key /mailu/dkim/club.example.mail.key && cp -a -n -- /mailu/dkim/xn--mller-kva.example.dkim.key '/mailu/dkim/müller.example.mail.key'",
  );
  expect(findings([...keys, 'example.org.mail.key'], { DKIM_SELECTOR: 'mail' })[0]?.message).toMatch(
    /club\.example.*xn--mller-kva\.example/,
  );
});

test('a key is looked for under the name that Mailu gives the domain', () => {
  const domain = 'xn--mller-kva.example';
  expect(findings(['müller.example.dkim.key'], {}, domain)).toEqual([]);
  expect(findings(['xn--mller-kva.example.dkim.key'], {}, domain)[0]?.fix).toEqual([
    expect.stringContaining(
      "cp -a -n -- /mailu/dkim/xn--mller-kva.example.dkim.key '/mailu/dkim/müller.example.dkim.key'",
    ),
  ]);
});

test('a key that a domain has left behind is told, where the selector that Mailu uses stays', () => {
  const keys = ['example.org.mail.key', 'gone.example.dkim.key'];
  const running = (selector: string) => ({ environment: { DKIM_SELECTOR: selector } });
  const levels = (...given: Parameters<typeof findings>) => findings(...given).map(({ level }) => level);
  const wanted = { DKIM_SELECTOR: 'mail' };
  expect(levels(keys, wanted, 'example.org', running('mail'))).toEqual(['warn']);
  expect(levels(keys, wanted, 'example.org', running('dkim'))).toEqual(['refuse']);
  expect(levels(keys, wanted)).toEqual(['refuse']);
  expect(levels(['example.org.dkim.key'], wanted, 'example.org', running('mail'))).toEqual(['refuse']);
});
