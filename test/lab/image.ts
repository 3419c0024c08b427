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
  const hash = createHash('sha256').update(inputs.join('\n')).digest('hex').slice(0, 16);
  const image = `provision-lab:${hash}`;
  if ((await docker`docker image inspect ${image}`).exitCode === 0) return image;

  mkdirSync(paths.images, { recursive: true });
  const tar = join(paths.images, `${hash}.tar`);
  if (!existsSync(tar)) {
    say(`making the image of a Debian ${debian} node (once)`);
    const half = `${tar}.half.tar`;
    rmSync(half, { force: true });
    const options = [
      '--variant=minbase',
      `--include=${INCLUDE}`,
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Check-Date "false"',
      '--skip=cleanup/apt/cache',
      `--customize-hook=${CUSTOMIZE}`,
    ];
    const env = { ...process.env, LAB_WARM: WARM[debian], LAB_MIRROR: site, LAB_SUITE: CODENAME[debian] };
    await must('mmdebstrap', $({ env })`mmdebstrap ${options} ${CODENAME[debian]} ${half} ${site}`);
    renameSync(half, tar);
  }
  await must('importing the image', docker`docker import -c ${init(debian)} ${tar} ${image}`);
  return image;
}

/** systemd 257 refuses control groups of version 1 unless it is told twice that they are meant. */
function init(debian: Debian): string {
  return debian === 12 ? 'CMD ["/sbin/init"]' : 'CMD ["/sbin/init","SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]';
}
