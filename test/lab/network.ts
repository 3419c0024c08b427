import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { NEIGHBOUR, STRANGER } from './addresses.ts';
import { docker } from './engine.ts';
import { $, must } from './shell.ts';
import { paths } from './state.ts';

export const NETWORK = 'provision-lab';
export const BRIDGE = 'provlab0';
const SUBNET = '172.31.77.0/24';
const GATEWAY = '172.31.77.1';
/** Where the name servers of the small Internet answer. */
export const INTERNET = '172.31.77.2';
const CHAIN = 'LAB-CUT';

export function addressOf(number: number): string {
  return `172.31.77.${10 + number}`;
}

/**
 * Nodes reach what lies beyond this machine in its name. The engine makes no rules of its own, so that exactly these
 * are taken away again.
 */
const HOST_RULES = [
  ['-t', 'nat', 'POSTROUTING', '-s', SUBNET, '!', '-o', BRIDGE, '-j', 'MASQUERADE'],
  ['-t', 'filter', 'FORWARD', '-i', BRIDGE, '-j', 'ACCEPT'],
  ['-t', 'filter', 'FORWARD', '-o', BRIDGE, '-j', 'ACCEPT'],
] as const;
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

const hostRule = (verb: '-C' | '-I' | '-D', [t, table, chain, ...rule]: (typeof HOST_RULES)[number]) =>
  $`iptables -w ${t} ${table} ${verb} ${chain} ${rule}`;

export async function createNetwork(): Promise<void> {
  for (const rule of HOST_RULES)
    if ((await hostRule('-C', rule)).exitCode !== 0) await must('opening the way out', hostRule('-I', rule));
  if (!existsSync(paths.forwarding)) writeFileSync(paths.forwarding, readFileSync(FORWARDING));
  writeFileSync(FORWARDING, '1');
  if ((await docker`docker network inspect ${NETWORK}`).exitCode !== 0) await makeNetwork();
  for (const address of [STRANGER.address, NEIGHBOUR])
    await must('giving this machine an address', $`ip address replace ${address}/32 dev ${BRIDGE}`);
}

async function makeNetwork(): Promise<void> {
  await $`ip link delete ${BRIDGE}`;
  const options = [
    ...['--subnet', SUBNET, '--gateway', GATEWAY],
    ...['-o', `com.docker.network.bridge.name=${BRIDGE}`],
    ...['-o', `com.docker.network.driver.mtu=${smallestMtu()}`],
  ];
  await must('making the network', docker`docker network create ${options} ${NETWORK}`);
}

/** Bytes that a packet may have on every way out of this machine. */
function smallestMtu(): number {
  const devices = readdirSync('/sys/class/net').filter((name) => name !== 'lo');
  return Math.min(1500, ...devices.map((name) => Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8'))));
}

export async function removeNetwork(): Promise<void> {
  await docker`docker network rm ${NETWORK}`;
  await $`ip link delete ${BRIDGE}`;
  for (const rule of HOST_RULES) while ((await hostRule('-D', rule)).exitCode === 0);
  if (!existsSync(paths.forwarding)) return;
  writeFileSync(FORWARDING, readFileSync(paths.forwarding));
  rmSync(paths.forwarding);
}

const inNode = (pid: number) => $({ prefix: `exec nsenter --net --target ${pid} ` });

/** The raw table: Docker inside of the node has nothing there, so it neither flushes nor precedes this. */
const RULES: readonly (readonly [string, readonly string[]])[] = [
  ...['-s', '-d'].map((side) => ['iptables', [side, GATEWAY, '-j', 'ACCEPT']] as const),
  ...['-s', '-d'].map((side) => ['iptables', [side, SUBNET, '-j', 'DROP']] as const),
  // Nodes have no other IPv6 than that of their own link.
  ['ip6tables', ['-j', 'DROP']],
];
const HOOKS = [
  ['PREROUTING', '!', '-i', 'lo'],
  ['OUTPUT', '!', '-o', 'lo'],
] as const;
const PROGRAMS = ['iptables', 'ip6tables'] as const;

/** Drops what comes from and goes to the other nodes. This machine, and what lies behind it, stay reachable. */
export async function cutOff(pid: number): Promise<void> {
  await healUp(pid);
  const run = inNode(pid);
  for (const program of PROGRAMS) await must('cutting', run`${program} -w -t raw -N ${CHAIN}`);
  for (const [program, rule] of RULES) await must('cutting', run`${program} -w -t raw -A ${CHAIN} ${rule}`);
  for (const program of PROGRAMS)
    for (const hook of HOOKS) await must('cutting', run`${program} -w -t raw -I ${hook} -j ${CHAIN}`);
}

/** Also takes away what an interrupted cut left. */
export async function healUp(pid: number): Promise<void> {
  const run = inNode(pid);
  for (const program of PROGRAMS) {
    if ((await run`${program} -w -t raw -S ${CHAIN}`).exitCode !== 0) continue;
    for (const hook of HOOKS) await run`${program} -w -t raw -D ${hook} -j ${CHAIN}`;
    await must('healing', run`${program} -w -t raw -F ${CHAIN}`);
    await must('healing', run`${program} -w -t raw -X ${CHAIN}`);
  }
}

export async function isCut(pid: number): Promise<boolean> {
  return (await inNode(pid)`iptables -w -t raw -S ${CHAIN}`).exitCode === 0;
}
