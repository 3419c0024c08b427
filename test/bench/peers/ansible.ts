import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Item } from '../work.ts';
import type { Peer } from './peer.ts';

/** Where Debian's ansible-mitogen has its strategy. */
const MITOGEN = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy';

function task(item: Item): object {
  switch (item.kind) {
    case 'file':
      return {
        copy: { dest: item.path, content: item.content, mode: item.mode, owner: 'root', group: 'root' },
      };
    case 'directory':
      return { file: { path: item.path, state: 'directory', mode: item.mode, owner: 'root', group: 'root' } };
    case 'service':
      return { systemd: { name: item.unit, enabled: true, state: 'started' } };
    case 'package':
      return { apt: { name: item.name } };
  }
}

/** Ansible with settings of its own. All hosts at once (`forks`), as the others do it. */
const ansible = (name: string, settings: string): Peer => ({
  name,
  changes: true,
  command({ hosts, work, folder, identity, knownHosts }) {
    const inventory = join(folder, 'inventory.ini');
    writeFileSync(
      inventory,
      hosts
        .map(
          ({ name: host, address, port }) =>
            `${host} ansible_host=${address} ansible_port=${port} ansible_user=root ansible_ssh_private_key_file=${identity} ansible_ssh_common_args='-F /dev/null -o UserKnownHostsFile=${knownHosts}' ansible_python_interpreter=/usr/bin/python3\n`,
        )
        .join(''),
    );
    const playbook = join(folder, 'playbook.yaml');
    writeFileSync(playbook, stringify([{ hosts: 'all', tasks: work.map(task) }]));
    const config = join(folder, 'ansible.cfg');
    writeFileSync(config, `[defaults]\nforks = 10\nhost_key_checking = false\n${settings}`);
    return {
      argv: ['ansible-playbook', '-i', inventory, playbook],
      env: {
        ...process.env,
        ANSIBLE_CONFIG: config,
        ANSIBLE_HOME: join(folder, 'home'),
        ANSIBLE_NOCOLOR: '1',
        LC_ALL: 'C.UTF-8',
      },
    };
  },
  saysNothingToDo: (stdout) =>
    /changed=0/.test(stdout) && !/changed=[1-9]|failed=[1-9]|unreachable=[1-9]/.test(stdout),
});

export const ansibleDefault = ansible('Ansible', '');
export const ansiblePipelining = ansible('Ansible, pipelining', '[ssh_connection]\npipelining = true\n');
export const ansibleMitogen = ansible(
  'Ansible, mitogen',
  `strategy = mitogen_linear\nstrategy_plugins = ${MITOGEN}\n`,
);
