import { expect, test } from 'vitest';
import * as provision from '../../src/index.ts';
import { MACHINE_DRIFTS } from '../lab/machine-drifts.ts';
import { MAIL_DRIFTS } from '../lab/mail-drifts.ts';

/** Kinds that no drift of the rounds is about, and where what they mend is seen on nodes instead, or why it cannot drift. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  archive: 'own-playbook.test.ts',
  'cloud-init': 'a first boot is waited for once: base.test.ts',
  command: 'own-playbook.test.ts',
  'dnf-packages': 'dnf.test.ts',
  'docker-config':
    'services use it all the while, and Docker removes none that is used; a new version: mailu.test.ts',
  download: 'own-playbook.test.ts',
  'gluster-blame': 'a node that was wiped: storage.test.ts',
  'gluster-brick': 'a node that was wiped: storage.test.ts',
  'gluster-heal': 'a node that was away: storage.test.ts',
  'gluster-identity': 'a node that was wiped: storage.test.ts',
  'gluster-names': 'changes nothing: storage-adopt.test.ts',
  'gluster-peer': 'glusterd detaches none that has a brick; a new one: storage-grow.test.ts',
  group: 'own-playbook.test.ts',
  line: 'own-playbook.test.ts',
  'nfs-export': 'needs the kernel of a whole machine: test/vm',
  reboot:
    'needs a whole machine, and a node of the lab has the kernel of another: own-playbook.test.ts only looks',
  remount: 'only where it is told to: storage.test.ts',
  timer: 'own-playbook.test.ts',
};

/** The kinds that the package exports. */
const kinds = Object.values(provision)
  .flatMap((value) => (typeof value === 'function' && 'kind' in value ? [String(value.kind)] : []))
  .toSorted();

test('every kind of resource is drifted by hand in the lab, or it is said where else it is seen', () => {
  const drifted = new Set([...MAIL_DRIFTS, ...MACHINE_DRIFTS].map(({ kind }) => kind));
  expect(kinds.length).toBeGreaterThan(30);
  expect([...drifted].filter((kind) => kind in ELSEWHERE)).toEqual([]);
  expect([...drifted, ...Object.keys(ELSEWHERE)].toSorted()).toEqual(kinds);
});
