import { existsSync, readFileSync } from 'node:fs';
import { $, LabError, must } from './shell.ts';

/** Packages, and a program of each that tells whether it is there. */
const NEEDED = {
  'docker.io': '/usr/sbin/dockerd',
  mmdebstrap: 'mmdebstrap',
  iproute2: 'ip',
  iptables: 'iptables',
  'openssh-client': 'ssh',
  procps: 'ps',
  busybox: 'busybox',
  openssl: 'openssl',
} as const;

/** Installs what the lab needs on this machine and does not find. */
export async function prepareMachine(): Promise<void> {
  if (process.getuid?.() !== 0) throw new LabError('the lab makes nodes as root; run it as root');
  const missing: string[] = [];
  for (const [name, program] of Object.entries(NEEDED))
    if ((await $`command -v ${program}`).exitCode !== 0) missing.push(name);
  if (missing.length > 0) {
    await must('apt-get update', $`apt-get -qq update`);
    await install(missing);
  }
  // Debian 13 has the command in a package of its own.
  if ((await $`command -v docker`).exitCode !== 0) await install(['docker-cli']);
}

async function install(names: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await must(
    `installing ${names.join(' ')}`,
    $({ env })`apt-get -qq -y --no-install-recommends install ${names}`,
  );
}

/** The Debian mirror that this machine itself uses. Apt names it once it has lists. */
export async function mirror(): Promise<string> {
  const known = await askForMirror();
  if (known !== undefined) return known;
  await must('apt-get update', $`apt-get -qq update`);
  const found = await askForMirror();
  if (found === undefined)
    throw new LabError('apt on this machine knows no Debian mirror; add one to its sources');
  return found;
}

async function askForMirror(): Promise<string | undefined> {
  const format = '$(REPO_URI) $(ORIGIN) $(LABEL)';
  const targets = $`apt-get indextargets --format ${format} ${'Created-By: Packages'}`;
  const lines = (await must('asking apt for its mirror', targets)).split('\n');
  return lines.find((target) => target.endsWith(' Debian Debian'))?.split(' ')[0];
}

/** Name servers that this machine asks, past a stub of its own that no node could reach. */
export function nameServers(): readonly string[] {
  const files = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];
  const file = files.find((path) => existsSync(path));
  const text = file === undefined ? '' : readFileSync(file, 'utf8');
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
}
