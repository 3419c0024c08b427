// Plain JavaScript, so that no compiler is measured. Its one argument: a file with hosts, work and key.
import { readFileSync } from 'node:fs';
import { NodeSSH } from 'node-ssh';

/** @param {import('../work.ts').Item} item */
function step(item) {
  switch (item.kind) {
    case 'file':
      return {
        check: `[ "$(stat -c %a:%U:%G ${item.path})" = ${item.mode.slice(1)}:root:root ] && printf %s '${item.content}' | cmp -s - ${item.path}`,
        change: `printf %s '${item.content}' >${item.path} && chmod ${item.mode} ${item.path}`,
      };
    case 'directory':
      return {
        check: `[ "$(stat -c %a:%U:%G:%F ${item.path})" = ${item.mode.slice(1)}:root:root:directory ]`,
        change: `mkdir -p ${item.path} && chmod ${item.mode} ${item.path}`,
      };
    case 'service':
      return {
        check: `systemctl -q is-enabled ${item.unit} && systemctl -q is-active ${item.unit}`,
        change: `systemctl -q enable --now ${item.unit}`,
      };
    default:
      return {
        check: `[ "$(dpkg-query -W -f='\${db:Status-Status}' ${item.name})" = installed ]`,
        change: `DEBIAN_FRONTEND=noninteractive apt-get -qq -y install ${item.name}`,
      };
  }
}

/** @type {import('./peer.ts').Site} */
const { hosts, work, identity } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const changed = await Promise.all(
  hosts.map(async ({ address, port }) => {
    const ssh = new NodeSSH();
    await ssh.connect({ host: address, port, username: 'root', privateKeyPath: identity });
    let count = 0;
    for (const { check, change } of work.map(step)) {
      if ((await ssh.execCommand(check)).code === 0) continue;
      const { code, stderr } = await ssh.execCommand(change);
      if (code !== 0) throw new Error(stderr);
      count++;
    }
    ssh.dispose();
    return count;
  }),
);
console.log(`changed ${changed.reduce((sum, one) => sum + one, 0)}`);
