import { expect, test } from 'vitest';
import { inspectSelector } from '../../playbooks/mailu/selector.ts';
import { mailCluster } from './mail-hosts.ts';

function findings(keys: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const cluster = mailCluster(
    { 'mail-1': { shared: { mounted: false } }, 'mail-2': { shared: { keys } } },
    { variables },
  );
  return inspectSelector(cluster.settings as never, cluster);
}

test.each([
  ['no key yet', [], {}],
  ['the key of the selector', ['example.org.dkim.key'], {}],
  ['the key of a selector that is written', ['example.org.mail.key'], { DKIM_SELECTOR: 'mail' }],
  ['both', ['example.org.dkim.key', 'example.org.mail.key'], { DKIM_SELECTOR: 'mail' }],
  ['keys of other domains, one below this one', ['example.net.dkim.key', 'example.org.uk.dkim.key'], {}],
])('%s: nothing to say', (_, keys, variables) => {
  expect(findings(keys, variables)).toEqual([]);
});

test('another selector than that of the key is refused before mail goes out unsigned', () => {
  expect(findings(['example.org.dkim.key'], { DKIM_SELECTOR: 'mail' })).toMatchObject([
    {
      code: 'dkim-selector',
      host: 'mail-2',
      message: expect.stringContaining('/mailu/dkim/example.org.dkim.key, of the selector dkim'),
      fix: [
        'to keep it, take DKIM_SELECTOR out of mailu.variables',
        expect.stringContaining(
          'mail-2$ cp -a -n -- /mailu/dkim/example.org.dkim.key /mailu/dkim/example.org.mail.key;',
        ),
      ],
    },
  ]);
  expect(findings(['example.org.old.key'])[0]?.fix[0]).toBe(
    'to keep it, write mailu: { variables: { DKIM_SELECTOR: old } }',
  );
});
