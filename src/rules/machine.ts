import type { Finding } from '../errors/index.ts';
import type { MachineFacts } from '../facts/index.ts';
import { sh } from '../shell/index.ts';

/** A host as these rules need it. */
export interface SeenMachine {
  readonly name: string;
  readonly facts: { readonly machine: MachineFacts } | undefined;
  /** Seconds that its clock is ahead of ours, as far as a look could bound them. */
  readonly ahead: { readonly least: number; readonly most: number } | undefined;
  onHost(command: string): string;
}

interface Reached extends SeenMachine {
  readonly facts: { readonly machine: MachineFacts };
}

export interface MachineLimits {
  /** Seconds. swarm's certificates are backdated by an hour only (swarmkit `CertBackdate`). */
  readonly clockSkew: number;
  /** Bytes. */
  readonly freeBytes: number;
}

const SUPPORTED: Readonly<Record<string, number>> = { debian: 12, ubuntu: 22.04 };

/** Everything about the machines that has to be right before anything is changed on any of them. */
export function inspectMachines(hosts: readonly SeenMachine[], limits: MachineLimits): readonly Finding[] {
  const reached = hosts.filter((host): host is Reached => host.facts !== undefined);
  const twice = reached.flatMap((host, index) => {
    const other = reached.slice(0, index).find((before) => isSame(before, host));
    return other === undefined ? [] : [{ host, other }];
  });
  const machines = reached.filter((host) => !twice.some((pair) => pair.host === host));
  return [
    ...reached.flatMap((host) => inspectOne(host, limits)),
    ...inspectClocks(reached, limits),
    ...twice.map(({ host, other }) => namedTwice(host, other)),
    ...duplicates(machines, 'host name', 'hostname', (name) => sh`hostnamectl set-hostname ${name}`.shown),
    ...duplicates(
      machines.filter(({ facts }) => facts.machine.machineId !== ''),
      'machine id',
      'machineId',
      () => 'rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup',
    ),
  ];
}

/** Machines that were copied from one have each a boot of their own, and containers of one machine a name. */
function isSame(a: Reached, b: Reached): boolean {
  const [one, two] = [a.facts.machine, b.facts.machine];
  return (
    one.bootId !== '' &&
    one.bootId === two.bootId &&
    one.machineId === two.machineId &&
    one.hostname === two.hostname
  );
}

/** By two addresses, or a name and an address: nothing on it is to be changed for that. */
function namedTwice(host: Reached, other: Reached): Finding {
  return {
    level: 'refuse',
    code: 'same-machine',
    host: host.name,
    message: `it is the same machine as ${other.name}: both addresses lead to ${host.facts.machine.hostname}, with one boot id (${host.facts.machine.bootId})`,
    fix: ['correct the address of one of the two in the inventory, or take it out'],
  };
}

function inspectOne(host: Reached, limits: MachineLimits): readonly Finding[] {
  const { machine } = host.facts;
  const refuse = (code: string, message: string, ...fix: string[]): Finding => ({
    level: 'refuse',
    code,
    host: host.name,
    message,
    fix,
  });
  const findings: Finding[] = [];
  const oldest = SUPPORTED[machine.os.id];
  if (oldest === undefined || Number(machine.os.version) < oldest)
    findings.push(
      refuse(
        'unsupported-os',
        `${machine.os.name || 'an unknown system'} is not supported`,
        'install Debian 12 or later, or Ubuntu 22.04 or later',
      ),
    );
  if (!machine.systemd)
    findings.push(
      refuse(
        'no-systemd',
        'systemd does not run this machine',
        'boot it with systemd as init; in WSL that is systemd=true below [boot] in /etc/wsl.conf, and wsl --shutdown',
      ),
    );
  if (!machine.root)
    findings.push(
      refuse(
        'not-root',
        'the login is not root and does not become root',
        'set `ssh.become: sudo` in the inventory, or log in as root',
      ),
    );
  if (machine.machineId === '')
    findings.push(refuse('no-machine-id', 'it has no machine id', host.onHost('systemd-machine-id-setup')));
  if (machine.freeBytes < limits.freeBytes)
    findings.push(
      refuse(
        'disk-full',
        `${gibibytes(machine.freeBytes)} GiB are free under /var/lib, ${gibibytes(limits.freeBytes)} GiB are needed; make room, starting with the largest files`,
        host.onHost('du -xhd2 /var | sort -h | tail'),
      ),
    );
  return findings;
}

/** Only what is certain: how far a clock is off lies between two bounds, and so does the median that it is compared with. */
function inspectClocks(hosts: readonly Reached[], { clockSkew }: MachineLimits): readonly Finding[] {
  const clocks = hosts.flatMap((host) => (host.ahead === undefined ? [] : [{ host, ...host.ahead }]));
  const least = medianOf(clocks.map((clock) => clock.least));
  const most = medianOf(clocks.map((clock) => clock.most));
  return clocks.flatMap((clock): readonly Finding[] => {
    const [ahead, behind] = [Math.round(clock.least - most), Math.round(least - clock.most)];
    const off = Math.max(ahead, behind);
    if (off <= clockSkew) return [];
    const { host } = clock;
    return [
      {
        level: 'refuse',
        code: 'clock-skew',
        host: host.name,
        message: `its clock is ${off} s ${ahead > behind ? 'ahead of' : 'behind'} the other hosts; swarm's certificates would not be valid`,
        fix: [
          host.onHost('timedatectl set-ntp true'),
          `If that says "NTP not supported", it has no time service yet, and a run installs one. Until then, set its clock by this computer's: date -u +@%s | ${host.onHost('read -r now && date -s "$now"')}`,
        ],
      },
    ];
  });
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

function duplicates(
  hosts: readonly Reached[],
  what: string,
  fact: 'hostname' | 'machineId',
  remedy: (host: string) => string,
): readonly Finding[] {
  const first = new Map<string, Reached>();
  return hosts.flatMap((host): readonly Finding[] => {
    const value = host.facts.machine[fact];
    const other = first.get(value);
    if (other === undefined) {
      first.set(value, host);
      return [];
    }
    return [
      {
        level: 'refuse',
        code: `duplicate-${fact === 'hostname' ? 'hostname' : 'machine-id'}`,
        host: host.name,
        message: `it has the same ${what} as ${other.name}: ${value}${fact === 'machineId' ? '. If one was copied from the other, or both from one image, give this one a new id; its programs use the old one until it is rebooted' : ''}`,
        fix: [host.onHost(remedy(host.name))],
      },
    ];
  });
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
