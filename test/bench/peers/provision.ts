import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../lab/harness.ts';
import type { Peer } from './peer.ts';

export const provision: Peer = {
  name: 'provision',
  changes: true,
  command({ hosts, work, folder, identity, knownHosts }) {
    const inventory = join(folder, 'inventory.yaml');
    writeFileSync(
      inventory,
      stringify({
        cluster: 'bench',
        ssh: { user: 'root', identity, knownHosts, config: '/dev/null' },
        hosts: Object.fromEntries(hosts.map(({ name, address, port }) => [name, { address, ssh: { port } }])),
      }),
    );
    const playbook = join(folder, 'playbook.ts');
    const shared = join(ROOT, 'test/bench/peers/playbook.ts');
    writeFileSync(
      playbook,
      `import { playbook } from '${shared}';\n\nexport default playbook(${work.length});\n`,
    );
    return {
      argv: ['node', 'bin/provision.js', inventory, '--yes', '--playbook', playbook],
      cwd: ROOT,
      env: { ...process.env, XDG_STATE_HOME: folder },
    };
  },
  saysNothingToDo: (stdout) => stdout.includes('No changes'),
};
