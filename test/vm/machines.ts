import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mirror, nameServers, prepareMachine } from '../lab/host.ts';
import { createCredentials } from '../lab/login.ts';
import { $, must, until } from '../lab/shell.ts';
import { paths } from '../lab/state.ts';

/**
 * Full machines: a kernel of their own, NetworkManager that owns the network, NFS, reboot. Emulated, and slow. Not in
 * the lab's folder, of which the lab's tests know every file.
 */
const FOLDER = '/var/lib/provision-vm';
const ROOT = join(FOLDER, 'root');
const DISK = join(FOLDER, 'disk.raw');
const BRIDGE = 'provvm0';
const GATEWAY = '172.31.78.1';
const SUBNET = '172.31.78.0/24';
const INCLUDE =
  'systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iptables,ca-certificates,procps,kmod,network-manager,linux-image-cloud-amd64,initramfs-tools,e2fsprogs';
const RULES = [
  ['-t', 'nat', 'POSTROUTING', '-s', SUBNET, '!', '-o', BRIDGE, '-j', 'MASQUERADE'],
  ['-t', 'filter', 'FORWARD', '-i', BRIDGE, '-j', 'ACCEPT'],
  ['-t', 'filter', 'FORWARD', '-o', BRIDGE, '-j', 'ACCEPT'],
] as const;

const addressOf = (number: number) => `172.31.78.${10 + number}`;

/** Makes the disk that all machines start from, once. */
async function makeDisk(): Promise<void> {
  if (existsSync(DISK)) return;
  mkdirSync(FOLDER, { recursive: true });
  rmSync(ROOT, { recursive: true, force: true });
  const site = await mirror();
  const env = {
    ...process.env,
    LAB_MIRROR: site,
    LAB_KEY: readFileSync(`${paths.identity}.pub`, 'utf8').trim(),
  };
  const options = [
    '--variant=minbase',
    `--include=${INCLUDE}`,
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=Acquire::Check-Date "false"',
    `--customize-hook=${fileURLToPath(new URL('./customize.sh', import.meta.url))}`,
  ];
  await must('mmdebstrap', $({ env })`mmdebstrap ${options} trixie ${ROOT} ${site}`);
  await must('mkfs.ext4', $`mkfs.ext4 -q -d ${ROOT} ${`${DISK}.half`} 8G`);
  await must('mv', $`mv ${`${DISK}.half`} ${DISK}`);
}

async function makeNetwork(): Promise<void> {
  if ((await $`ip link show ${BRIDGE}`).exitCode !== 0) {
    await must('making a bridge', $`ip link add ${BRIDGE} type bridge`);
    await must('naming it', $`ip address add ${`${GATEWAY}/24`} dev ${BRIDGE}`);
    await must('starting it', $`ip link set ${BRIDGE} up`);
  }
  for (const [t, table, chain, ...rule] of RULES)
    if ((await $`iptables -w ${t} ${table} -C ${chain} ${rule}`).exitCode !== 0)
      await must('opening the way out', $`iptables -w ${t} ${table} -I ${chain} ${rule}`);
  await must('forwarding', $`sh -c ${'echo 1 >/proc/sys/net/ipv4/ip_forward'}`);
}

/** Machines that run as long as this object lives. */
export class Machines implements AsyncDisposable {
  readonly #running = new Map<number, ChildProcess>();

  /** Boots so many machines and waits for their sshd. */
  static async boot(count: number): Promise<Machines> {
    await prepareMachine();
    if ((await $`command -v qemu-system-x86_64 qemu-img`).exitCode !== 0)
      await must(
        'installing qemu',
        $({
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        })`apt-get -qq -y --no-install-recommends install qemu-system-x86 qemu-utils e2fsprogs`,
      );
    await createCredentials();
    await makeDisk();
    await makeNetwork();
    rmSync(join(FOLDER, 'known_hosts'), { force: true });
    const machines = new Machines();
    for (let number = 1; number <= count; number++) await machines.#start(number);
    await Promise.all(Array.from({ length: count }, (_, index) => machines.answers(index + 1)));
    return machines;
  }

  async #start(number: number): Promise<void> {
    const tap = `provvm-${number}`;
    await $`ip link delete ${tap}`;
    await must('making a tap', $`ip tuntap add dev ${tap} mode tap`);
    await must('joining it', $`ip link set ${tap} master ${BRIDGE} up`);
    const overlay = join(FOLDER, `vm-${number}.qcow2`);
    rmSync(overlay, { force: true });
    await must('making a disk', $`qemu-img create -q -f qcow2 -b ${DISK} -F raw ${overlay} 8G`);
    const [kernel = ''] = (await must('the kernel', $`sh -c ${`ls ${ROOT}/boot/vmlinuz-*`}`))
      .trim()
      .split('\n');
    const words = {
      name: `vm-${number}`,
      address: addressOf(number),
      gateway: GATEWAY,
      dns: nameServers().join(';'),
    };
    const line = Object.entries(words).map(([key, value]) => `lab.${key}=${value}`);
    const console = openSync(join(FOLDER, `vm-${number}.log`), 'w');
    const qemu = spawn(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '1', '-m', '2048', '-nographic'],
        ...['-kernel', kernel, '-initrd', kernel.replace('vmlinuz', 'initrd.img')],
        ...['-append', `root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off ${line.join(' ')}`],
        ...['-drive', `file=${overlay},format=qcow2,if=virtio,cache=unsafe`],
        ...['-netdev', `tap,id=n,ifname=${tap},script=no,downscript=no`],
        ...['-device', `virtio-net-pci,netdev=n,mac=52:54:00:31:78:0${number}`],
        ...['-device', 'virtio-rng-pci'],
      ],
      { stdio: ['ignore', console, console] },
    );
    this.#running.set(number, qemu);
  }

  /** Until its sshd lets us in. */
  async answers(number: number, seconds = 600): Promise<void> {
    await until(`vm-${number} answers ssh`, seconds, async () => (await this.ssh(number, 'true')).code === 0);
  }

  async ssh(number: number, command: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const options = [
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'LogLevel=ERROR',
      '-o',
      'ConnectTimeout=10',
    ];
    const { exitCode, stdout, stderr } =
      await $`ssh -n -i ${paths.identity} ${options} ${`root@${addressOf(number)}`} ${command}`;
    return { code: exitCode ?? 255, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [number, qemu] of this.#running) {
      const ended = new Promise((resolve) => qemu.once('exit', resolve));
      if (qemu.exitCode === null && qemu.kill('SIGTERM')) await ended;
      await $`ip link delete ${`provvm-${number}`}`;
      rmSync(join(FOLDER, `vm-${number}.qcow2`), { force: true });
    }
    for (const [t, table, chain, ...rule] of RULES) await $`iptables -w ${t} ${table} -D ${chain} ${rule}`;
    await $`ip link delete ${BRIDGE}`;
  }
}
