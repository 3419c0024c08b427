import { connect } from 'node:net';
import { docker } from './engine.ts';
import { nameServers } from './host.ts';
import type { Debian } from './image.ts';
import { createLogin, type Login, loginOf } from './login.ts';
import { addressOf, cutOff, isCut, NETWORK } from './network.ts';
import { LabError, must, until } from './shell.ts';

export interface LabNode {
  readonly name: string;
  readonly number: number;
  readonly address: string;
  readonly login: Login;
}

export interface NodeState extends LabNode {
  readonly debian: string;
  readonly state: 'running' | 'cut' | 'stopped';
}

/** The root of DNS that nodes know instead of the real one. */
export interface Internet {
  readonly address: string;
  readonly roots: readonly string[];
  /** What `/usr/share/dns/root.key` says. */
  readonly key: string;
}

const LABEL = 'provision-lab';

export function nodeOf(number: number): LabNode {
  return { name: `node-${number}`, number, address: addressOf(number), login: loginOf(number) };
}

export function nodeNamed(name: string): LabNode {
  const number = Number(/^node-([1-9]\d?)$/.exec(name)?.[1]);
  if (Number.isNaN(number)) throw new LabError(`there is no node \`${name}\`; they are node-1 to node-20`);
  return nodeOf(number);
}

const container = (node: LabNode) => `provision-lab-${node.name}`;
const volumes = (node: LabNode) => [
  { name: `${container(node)}-docker`, path: '/var/lib/docker' },
  { name: `${container(node)}-gluster`, path: '/srv/gluster' },
];

/** What a systemd machine of its own needs, short of `--privileged`, which asks for more than some hosts give. */
export const MACHINE = [
  ...['--stop-signal', 'SIGRTMIN+3', '--cgroupns', 'host', '--cap-add=ALL', '--cap-drop=SYS_RESOURCE'],
  ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
  ...[
    '--security-opt',
    'systempaths=unconfined',
    '--device',
    '/dev/fuse',
    '--device-cgroup-rule',
    'a *:* rwm',
  ],
  ...[
    '--tmpfs',
    '/run',
    '--tmpfs',
    '/run/lock',
    '--tmpfs',
    '/tmp:exec',
    '-v',
    '/sys/fs/cgroup:/sys/fs/cgroup:rw',
  ],
  ...['-e', 'container=docker', '--sysctl', 'net.ipv6.conf.all.disable_ipv6=0'],
  ...['--sysctl', 'net.ipv6.conf.lo.disable_ipv6=0'],
];

/** Makes a node. With `internet`, the small one is all that it knows of DNS; else the name servers of this machine. */
export async function createNode(
  node: LabNode,
  image: string,
  debian: Debian,
  internet: Internet | undefined,
): Promise<void> {
  const mounts = volumes(node).flatMap(({ name, path }) => ['-v', `${name}:${path}`]);
  const identity = ['--name', container(node), '--hostname', node.name, '--label', `${LABEL}=${debian}`];
  const legacy = debian === 12 ? [] : ['-e', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'];
  const network = [
    '--network',
    NETWORK,
    '--ip',
    node.address,
    '-e',
    `LAB_NAME_SERVERS=${internet?.address ?? nameServers().join(' ')}`,
    ...(internet === undefined ? [] : ['-e', `LAB_ROOTS=${internet.address} ${internet.roots.join(' ')}`]),
  ];
  await must(
    `making ${node.name}`,
    docker`docker run -d ${identity} ${MACHINE} ${legacy} ${network} ${mounts} ${image}`,
  );
  if (internet !== undefined) {
    const key = '/usr/share/dns/root.key';
    const script = `mkdir -p /usr/share/dns; dpkg-divert --quiet --local --no-rename --divert ${key}.iana --add ${key}; cat >${key}`;
    await must(
      `giving ${node.name} its root key`,
      docker({ input: internet.key })`docker exec -i ${container(node)} sh -c ${script}`,
    );
  }
  await createLogin(container(node), node.number);
}

export async function removeNode(node: LabNode): Promise<void> {
  await docker`docker rm -f ${container(node)}`;
  for (const { name } of volumes(node)) await docker`docker volume rm -f ${name}`;
}

/** The nodes that are there, running or not. */
export async function listNodes(): Promise<readonly NodeState[]> {
  const format = '{{.Names}} {{.State}} {{.Label "provision-lab"}}';
  const { exitCode, stdout } = await docker`docker ps -a --filter label=${LABEL} --format ${format}`;
  if (exitCode !== 0) return [];
  const nodes = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map(async (line): Promise<NodeState> => {
      const [name = '', state, debian = ''] = line.split(' ');
      const node = nodeNamed(name.replace('provision-lab-', ''));
      if (state !== 'running') return { ...node, debian, state: 'stopped' };
      return { ...node, debian, state: (await isCut(await pidOf(node))) ? 'cut' : 'running' };
    });
  return (await Promise.all(nodes)).toSorted((a, b) => a.number - b.number);
}

export async function pidOf(node: LabNode): Promise<number> {
  const format = '{{.State.Pid}}';
  const pid = Number(
    await must(`looking for ${node.name}`, docker`docker inspect --format ${format} ${container(node)}`),
  );
  if (pid === 0)
    throw new LabError(`${node.name} does not run; start it with: npm run lab -- start ${node.name}`);
  return pid;
}

export async function stopNode(node: LabNode): Promise<void> {
  await must(`stopping ${node.name}`, docker`docker stop -t 40 ${container(node)}`);
}

/** As if its power failed. */
export async function killNode(node: LabNode): Promise<void> {
  await must(`killing ${node.name}`, docker`docker kill ${container(node)}`);
}

/** Boots it again. A node that was cut off stays so. */
export async function startNode(node: LabNode, cut: boolean): Promise<void> {
  await must(`starting ${node.name}`, docker`docker start ${container(node)}`);
  if (cut) await cutOff(await pidOf(node));
}

/** Runs a command as root in a node, not through its sshd. */
export async function execIn(
  node: LabNode,
  command: string,
  input = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await docker({
    input,
  })`docker exec -i ${container(node)} sh -c ${command}`;
  return { code: exitCode ?? 255, stdout, stderr };
}

/** Until its sshd answers and systemd has booted. */
export async function ready(node: LabNode): Promise<void> {
  await until(`${node.name} answers ssh`, 60, () => answers(node.address));
  await until(`${node.name} has booted`, 60, async () =>
    /^(running|degraded)/.test((await execIn(node, 'systemctl is-system-running')).stdout),
  );
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('data', (data) => end(data.toString().startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
  });
}
