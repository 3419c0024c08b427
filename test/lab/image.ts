import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker } from './engine.ts';
import { mirror } from './host.ts';
import { $, must } from './shell.ts';
import { paths } from './state.ts';

export type Debian = 12 | 13;

const CODENAME = { 12: 'bookworm', 13: 'trixie' } as const;

const INCLUDE = [
  'systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iptables,ca-certificates,procps,kmod,network-manager',
  'busybox',
].join(',');

const GLUSTER = 'glusterfs-server glusterfs-client';
const RESOLVER = 'dnssec-trigger unbound unbound-anchor dns-root-data e2fsprogs bind9 bind9-dnsutils';

/** Downloaded and not installed, so that a node is bare and no test waits for the mirror. */
const WARM = {
  12: `docker.io apparmor ${GLUSTER} ${RESOLVER} docker-registry`,
  13: `docker.io docker-cli apparmor ${GLUSTER} ${RESOLVER} docker-registry`,
} as const;

const CUSTOMIZE = fileURLToPath(new URL('./customize.sh', import.meta.url));

/** The image of a bare node, made once for what it is made from. */
export async function nodeImage(debian: Debian, say: (text: string) => void): Promise<string> {
  const site = await mirror();
  const inputs = [CODENAME[debian], INCLUDE, WARM[debian], site, readFileSync(CUSTOMIZE, 'utf8')];
  return madeOnce(debian, nameOf(inputs), `a Debian ${debian} node`, say, async (tar) => {
    const options = [
      '--variant=minbase',
      `--include=${INCLUDE}`,
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Check-Date "false"',
      '--skip=cleanup/apt/cache',
      `--customize-hook=${CUSTOMIZE}`,
    ];
    const env = { ...process.env, LAB_WARM: WARM[debian], LAB_MIRROR: site, LAB_SUITE: CODENAME[debian] };
    await must('mmdebstrap', $({ env })`mmdebstrap ${options} ${CODENAME[debian]} ${tar} ${site}`);
  });
}

/** What `base` and `docker` install, so that a run on such a node installs nothing. */
const DOCKER = 'docker.io docker-cli apparmor ca-certificates iptables';

/** Nothing is started: there is no systemd in it while it is made. */
const INSTALL = `set -e; export DEBIAN_FRONTEND=noninteractive
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
  apt-get -qq update; apt-get -qq -y --no-install-recommends install ${DOCKER} >/dev/null
  rm -r /usr/sbin/policy-rc.d /var/lib/apt/lists/*`;

/** The image of a node on which somebody has installed Docker before. */
export async function dockerImage(debian: Debian, say: (text: string) => void): Promise<string> {
  const bare = await nodeImage(debian, say);
  return madeOnce(
    debian,
    nameOf([bare, INSTALL]),
    `a Debian ${debian} node with Docker`,
    say,
    async (tar) => {
      const made = 'provision-lab-image';
      await docker`docker rm -f ${made}`;
      const run = docker`docker run --name ${made} --network host ${bare} sh -c ${INSTALL}`;
      await must('installing Docker', run);
      await must('keeping the image', docker`docker export -o ${tar} ${made}`);
      await docker`docker rm -f ${made}`;
    },
  );
}

const nameOf = (inputs: readonly string[]) =>
  createHash('sha256').update(inputs.join('\n')).digest('hex').slice(0, 16);

/** Files of images outlive the engine. */
async function madeOnce(
  debian: Debian,
  hash: string,
  what: string,
  say: (text: string) => void,
  make: (tar: string) => Promise<void>,
): Promise<string> {
  const image = `provision-lab:${hash}`;
  if ((await docker`docker image inspect ${image}`).exitCode === 0) return image;
  mkdirSync(paths.images, { recursive: true });
  const tar = join(paths.images, `${hash}.tar`);
  if (!existsSync(tar)) {
    say(`making the image of ${what} (once)`);
    const half = `${tar}.half.tar`;
    rmSync(half, { force: true });
    await make(half);
    renameSync(half, tar);
  }
  await must('importing the image', docker`docker import -c ${init(debian)} ${tar} ${image}`);
  return image;
}

/** systemd 257 refuses control groups of version 1 unless it is told twice that they are meant. */
function init(debian: Debian): string {
  return debian === 12 ? 'CMD ["/sbin/init"]' : 'CMD ["/sbin/init","SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]';
}
