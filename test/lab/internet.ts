import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STRANGER } from './addresses.ts';
import { docker } from './engine.ts';
import { mirror, nameServers } from './host.ts';
import type { Debian } from './image.ts';
import { INTERNET, NETWORK } from './network.ts';
import { type Internet, MACHINE } from './node.ts';
import { $, must, until } from './shell.ts';

/** One machine that is all of DNS for the nodes: the root servers by their addresses, and every zone. */
const CONTAINER = 'provision-lab-internet';

/**
 * The addresses of the root servers, from the hints that every resolver has built in, and those that some had before:
 * dnssec-trigger 0.17 still asks 192.228.79.201.
 */
const ROOT_SERVERS = [
  ...['198.41.0.4', '170.247.170.2', '192.33.4.12', '199.7.91.13', '192.203.230.10', '192.5.5.241'],
  ...['192.112.36.4', '198.97.190.53', '192.36.148.17', '192.58.128.30', '193.0.14.129', '199.7.83.42'],
  ...['202.12.27.33', '192.228.79.201', '199.9.14.201', '128.63.2.53', '128.8.10.90'],
] as const;

const SET_UP = readFileSync(fileURLToPath(new URL('./internet.sh', import.meta.url)), 'utf8');

/** Runs a command as root in it. */
export async function inInternet(command: string): Promise<string> {
  return must(`in the small Internet: ${command}`, docker`docker exec -i ${CONTAINER} sh -c ${command}`);
}

/**
 * Makes the small Internet, signed from its own root key on. Its names: example.org (signed), google.com (not signed),
 * dnssec-failed.org (signed, and its parent says another key), the package mirror of this machine; and, unknown to
 * its root, the zone corp.internal.
 */
export async function createInternet(image: string, debian: Debian): Promise<void> {
  await removeInternet();
  const legacy = debian === 12 ? [] : ['-e', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'];
  const names = `LAB_NAME_SERVERS=${nameServers().join(' ')}`;
  const network = ['--network', NETWORK, '--ip', INTERNET, '-e', names];
  await must(
    'making the small Internet',
    docker`docker run -d --name ${CONTAINER} --hostname internet ${MACHINE} ${legacy} ${network} ${image}`,
  );
  await until('the small Internet has booted', 60, async () =>
    /^(running|degraded)/.test((await docker`docker exec ${CONTAINER} systemctl is-system-running`).stdout),
  );
  const site = new URL(await mirror()).hostname;
  const addresses = (await must('looking for the mirror', $`getent ahostsv4 ${site}`))
    .split('\n')
    .flatMap((line) => /^(\S+)\s+STREAM/.exec(line)?.[1] ?? []);
  const args = [ROOT_SERVERS.join(' '), site, addresses.join(' '), STRANGER.name, STRANGER.address];
  await must(
    'setting the small Internet up',
    docker({ input: SET_UP })`docker exec -i ${CONTAINER} sh -s ${args}`,
  );
}

export async function removeInternet(): Promise<void> {
  await docker`docker rm -f -v ${CONTAINER}`;
}

/** The small Internet that is there, as new nodes need it. One that was left half made is none. */
export async function internet(): Promise<Internet | undefined> {
  const { exitCode, stdout } = await docker`docker exec -i ${CONTAINER} cat /var/lib/lab/root.key`;
  return exitCode === 0 ? { address: INTERNET, roots: ROOT_SERVERS, key: stdout } : undefined;
}

/** As behind a router that strips DNSSEC: the same names without a signature. */
export async function stripSignatures(): Promise<void> {
  await inInternet('lab-zones unsigned');
}

export async function restoreSignatures(): Promise<void> {
  await inInternet('lab-zones signed');
}
