import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { observeFrame } from '../../../src/engine/frame.ts';
import { raw } from '../../../src/shell/index.ts';
import type { Command } from '../measure.ts';
import type { Item } from '../work.ts';
import type { Peer, Reached, Site } from './peer.ts';
import { resourceOf } from './playbook.ts';

/** One `ssh` a host as root, all at once, each with a script on its stdin. Nobody else may read them. */
export function oneSshEach(site: Omit<Site, 'work'>, scriptFor: (host: Reached) => string): Command {
  const each = site.hosts.map((host) => {
    const file = join(site.folder, `${host.name}.sh`);
    writeFileSync(file, scriptFor(host), { mode: 0o600 });
    return `ssh -F /dev/null -i ${site.identity} -o UserKnownHostsFile=${site.knownHosts} -o BatchMode=yes -o StrictHostKeyChecking=accept-new -p ${host.port} root@${host.address} /bin/sh -s <${file} &`;
  });
  const all = join(site.folder, 'all.sh');
  writeFileSync(all, `${each.join('\n')}\nwait\n`);
  return { argv: ['sh', all] };
}

const PRELUDE = `set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
changed=0
`;

function lines(item: Item): string {
  switch (item.kind) {
    case 'file':
      return `content='${item.content}'
if [ "$(stat -c %a:%U:%G ${item.path} 2>/dev/null)" != ${item.mode.slice(1)}:root:root ] || [ "$(cat ${item.path}; echo .)" != "$content." ]; then
  printf %s "$content" >${item.path}.new; chmod ${item.mode} ${item.path}.new; mv ${item.path}.new ${item.path}; changed=$((changed + 1))
fi
`;
    case 'directory':
      return `[ "$(stat -c %a:%U:%G:%F ${item.path} 2>/dev/null)" = ${item.mode.slice(1)}:root:root:directory ] || { mkdir -p ${item.path}; chmod ${item.mode} ${item.path}; changed=$((changed + 1)); }
`;
    case 'service':
      return `[ "$(systemctl is-enabled ${item.unit} 2>/dev/null) $(systemctl is-active ${item.unit})" = 'enabled active' ] || { systemctl -q enable --now ${item.unit}; changed=$((changed + 1)); }
`;
    case 'package':
      return `[ "$(dpkg-query -W -f='\${db:Status-Status}' ${item.name} 2>/dev/null)" = installed ] || { apt-get -qq -y install ${item.name} >/dev/null 2>&1; changed=$((changed + 1)); }
`;
  }
}

/** What somebody writes who has an afternoon: looks, changes what differs, one after the other. */
export const handWritten: Peer = {
  name: 'ssh, a script by hand',
  changes: true,
  command: (site) =>
    oneSshEach(site, () => `${PRELUDE}${site.work.map(lines).join('')}echo "changed=$changed"\n`),
  saysNothingToDo: (stdout) => stdout.includes('changed=0') && !/changed=[1-9]/.test(stdout),
};

/** The floor: the very questions that this tool asks, in one exec, and nothing made of the answers. */
export const sameProbes: Peer = {
  name: 'ssh, the same probes',
  changes: false,
  command(site) {
    // The playbook's resources are of the built package, whose scripts are not those of src.
    const probes = site.work.map((item) => raw(resourceOf(item).probe.reveal()));
    return oneSshEach(site, () => observeFrame(probes, 'floor').reveal());
  },
  saysNothingToDo: (stdout) => !stdout.includes('absent') && stdout.includes('floor start 0'),
};
