import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dnsMode,
  dnsOf,
  withDnsSetting,
  withoutDnsSetting,
} from '../../src/resources/resolver/network-manager.ts';

/** As Debian 13 and Fedora 40 ship it, and one that was edited by hand. */
const DEBIAN = '[main]\nplugins=ifupdown,keyfile\n\n[ifupdown]\nmanaged=false\n';
const FEDORA = `# Configuration file for NetworkManager.
#
# See "man 5 NetworkManager.conf" for details.

[main]
#plugins=keyfile,ifcfg-rh

[logging]
# level=TRACE
`;
const BY_HAND = '[logging]\nlevel=INFO\n\n[main]\n  dns = dnsmasq\nplugins=keyfile\n[global-dns]\ndns=1\n';

describe('[main] dns of NetworkManager.conf', () => {
  test.each([
    ['1.14.6', 'unbound'],
    ['1.39.90', 'unbound'],
    ['1.40.0', 'none'],
    ['1.42.4', 'none'],
    ['1.52.1', 'none'],
    ['1.54.0-1.fc43', 'none'],
    ['2.0', 'none'],
  ] as const)('NetworkManager %s: %s', (version, mode) => expect(dnsMode(version)).toBe(mode));

  test.each([
    [DEBIAN, undefined, '[main]\ndns=none\nplugins=ifupdown,keyfile\n\n[ifupdown]\nmanaged=false\n'],
    [FEDORA, undefined, FEDORA.replace('[main]\n', '[main]\ndns=none\n')],
    [BY_HAND, 'dnsmasq', '[logging]\nlevel=INFO\n\n[main]\ndns=none\nplugins=keyfile\n[global-dns]\ndns=1\n'],
    ['', undefined, '[main]\ndns=none\n'],
    ['[logging]\nlevel=INFO', undefined, '[logging]\nlevel=INFO\n[main]\ndns=none\n'],
    ['[main]\ndns=unbound\ndns=default\n', 'default', '[main]\ndns=none\n'],
  ])('is set in place: case %#', (text, before, after) => {
    expect(dnsOf(text)).toBe(before);
    expect(withDnsSetting(text, 'none')).toBe(after);
  });

  test('of any file every other line stays, in its order', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '[main]',
        '[connection]',
        'dns=default',
        ' dns = unbound ',
        '# dns=x',
        'plugins=keyfile',
        '',
      ),
      fc.string().filter((text) => !/[\n[]/.test(text) && !/^\s*dns\s*=/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const set = withDnsSetting(text, 'none');
        expect(dnsOf(set)).toBe('none');
        expect(withDnsSetting(set, 'none')).toBe(set);
        expect(dnsOf(withoutDnsSetting(text))).toBeUndefined();
        if (text.includes('[main]')) expect(withoutDnsSetting(set)).toBe(withoutDnsSetting(text));
      }),
    );
  });
});
