import { expect, test } from 'vitest';
import { exported } from '../../playbooks/storage/nfs.ts';
import { isReached } from '../../src/playbook/index.ts';
import { saidInParts } from '../resources/said-in-parts.ts';
import { siteOf } from './sites.ts';

interface Node {
  readonly id: string;
  readonly hostname: string;
  readonly address: string;
}

/** Whom the server lets in, of an inventory of two hosts, by what its manager lists. */
function clients(nodes: readonly Node[] | undefined) {
  const site = siteOf({ kind: 'nfs', server: 'node-1', export: '/srv/mail' }, [
    { name: 'node-1', swarm: { nodes, info: { state: 'active', clusterId: 'c', nodeId: 'n1' } } },
    { name: 'node-2', swarm: { info: { state: 'active', clusterId: 'c', nodeId: 'n2' } } },
  ]);
  const [server] = site.hosts.filter(isReached);
  if (server === undefined) expect.fail('the server was not reached');
  const found = exported(server, site).find(({ id }) => id.startsWith('nfs-export'));
  // 192.0.2.9 is let in by the line that is there.
  const stdout = saidInParts({
    away: '',
    installed: '',
    exported: '',
    file: '"/srv/mail" 192.0.2.1(rw) 192.0.2.9(rw)\n',
  });
  const judged = found?.judge({ code: 0, stdout, stderr: '' }, { paths: new Set() });
  if (judged?.state !== 'observed') expect.fail('the export was not judged');
  const to = judged.changes.find(({ field }) => field === 'export')?.to ?? '';
  return [...String(to).matchAll(/ ([\d.]+)\(/g)].map(([, client]) => client);
}
const own = [1, 2].map((number) => ({
  id: `n${number}`,
  hostname: `node-${number}`,
  address: `192.0.2.${number}`,
}));

test('a node of the swarm that the inventory has no more goes on with its storage', () => {
  const other = { id: 'n3', hostname: 'node-1', address: '192.0.2.3' };
  expect(clients([...own, other])).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.9']);
  expect(clients(own)).toEqual(['192.0.2.1', '192.0.2.2']);
});

test('where no manager says who the nodes are, nobody is taken out', () => {
  expect(clients(undefined)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.9']);
});
