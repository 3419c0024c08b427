import { expect, test } from 'vitest';
import { inspectLeft } from '../../playbooks/storage/left.ts';
import { siteOf } from './sites.ts';

/** What is said of a mount of ours at /old, by the kind of storage that the inventory has now. */
function said(settings: object): string {
  const site = siteOf(settings, [{ name: 'node-1' }]);
  const mount = {
    where: '/old',
    source: 'nas:/vol',
    type: 'nfs4',
    outdated: false,
    freeBytes: 1,
    hidden: undefined,
  };
  const hosts = site.hosts.map((host) => ({ ...host, facts: { ...host.facts, mounts: [mount] } }));
  const [finding] = inspectLeft({ ...site, hosts } as never);
  return finding?.fix.at(-1) ?? '';
}

test('a mount that Docker still waits for is not taken away, for Docker would be stopped with it', () => {
  expect(said({ kind: 'nfs', server: 'nas', export: '/vol' })).toMatch(
    /RequiredBy .*\*" docker\.service "\*\) .*false ;; \*\) systemctl disable --now/,
  );
});

test('without a section `storage` Docker is told first to wait no more', () => {
  expect(said({})).toMatch(
    /rm -f \S+provision-storage\.conf && systemctl daemon-reload && systemctl disable --now/,
  );
});
