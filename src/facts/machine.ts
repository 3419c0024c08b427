import { type Probe, ProbeError } from '../resource/index.ts';
import { raw } from '../shell/index.ts';
import { madeByDocker } from './docker-devices.ts';

/** An address of a device that Docker did not make. */
export interface Address {
  /** The network device. */
  readonly device: string;
  /** Address and prefix length: `192.0.2.11/24`. */
  readonly cidr: string;
}

/** A host: its system, its names and addresses, its clock. */
export interface MachineFacts {
  /** The host name, by the kernel. */
  readonly hostname: string;
  /** The id of the installation (machine-id(5)); empty where it has none. */
  readonly machineId: string;
  /** The id of this boot: another after each, of each machine (random(4)); containers of one machine may share it. */
  readonly bootId: string;
  /** The system, from os-release(5). */
  readonly os: {
    /** ID: `debian`. */
    readonly id: string;
    /** VERSION_ID: `12`. */
    readonly version: string;
    /** PRETTY_NAME, for people. */
    readonly name: string;
    /** VERSION_CODENAME: `bookworm`. */
    readonly codename: string;
    /** ID_LIKE: systems that it is made from. */
    readonly like: readonly string[];
  };
  /** The architecture, as uname(1) has it: `x86_64`. */
  readonly architecture: string;
  /** The release of the kernel, as uname(1) has it. */
  readonly kernel: string;
  /** Whether systemd runs it. */
  readonly systemd: boolean;
  /** Whether it is a container, which shares its kernel, and so its clock, with others (os-container interface of systemd). */
  readonly container: boolean;
  /** What SELinux does here. */
  readonly selinux: 'enforcing' | 'permissive' | 'off';
  /** Whether scripts run as root, by login or by sudo. */
  readonly root: boolean;
  /** Seconds since 1970 by the host's own clock. */
  readonly clock: number;
  /** Bytes free for root on the file system of `/var/lib`. */
  readonly freeBytes: number;
  /** Its addresses on devices that Docker did not make. */
  readonly addresses: readonly Address[];
  /** Destinations of the IPv4 routes that leave through a device which Docker did not make. */
  readonly routes: readonly string[];
}

const SELINUX: Readonly<Record<string, MachineFacts['selinux']>> = { '1': 'enforcing', '0': 'permissive' };

/** What every playbook may know about a host. */
export const machineFacts: Probe<MachineFacts> = {
  script: raw(`\
printf 'clock %s\\n' "$(date +%s.%N)"
printf 'hostname %s\\n' "$(cat /proc/sys/kernel/hostname)"
printf 'machine-id %s\\n' "$(cat /etc/machine-id 2>/dev/null)"
printf 'boot-id %s\\n' "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
printf 'architecture %s\\n' "$(uname -m)"
printf 'kernel %s\\n' "$(uname -r)"
printf 'uid %s\\n' "$(id -u)"
[ -d /run/systemd/system ] && echo 'systemd yes'
[ -e /run/systemd/container ] && echo 'container yes'
[ ! -r /sys/fs/selinux/enforce ] || printf 'selinux %s\\n' "$(cat /sys/fs/selinux/enforce)"
sed -n 's/^ID=/os-id /p; s/^ID_LIKE=/os-like /p; s/^VERSION_ID=/os-version /p; s/^VERSION_CODENAME=/os-codename /p; s/^PRETTY_NAME=/os-name /p' /etc/os-release
free=$(timeout 10 df -Pk /var/lib) || { echo 'df did not say how full /var/lib is' >&2; exit 66; }
printf '%s\\n' "$free" | sed -n '2s/  */ /gp' | while read -r _ _ _ free _; do echo "free $free"; done
command -v ip >/dev/null || exit 0
ip -o addr show scope global | while read -r _ device _ cidr _; do echo "address $device $cidr"; done
ip -4 route show | while read -r to rest; do echo "route $to $rest"; done`),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not gather facts', output);
    const rows = output.stdout.split('\n').map((line): [string, string] => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    });
    const all = (name: string) => rows.filter(([key]) => key === name).map(([, value]) => value);
    const one = (name: string) => all(name)[0]?.replace(/^["'](.*)["']$/, '$1') ?? '';
    return {
      hostname: one('hostname'),
      machineId: one('machine-id'),
      bootId: one('boot-id'),
      os: {
        id: one('os-id'),
        version: one('os-version'),
        name: one('os-name'),
        codename: one('os-codename'),
        like: one('os-like')
          .split(' ')
          .filter((id) => id !== ''),
      },
      architecture: one('architecture'),
      kernel: one('kernel'),
      systemd: one('systemd') === 'yes',
      container: one('container') === 'yes',
      selinux: SELINUX[one('selinux')] ?? 'off',
      root: one('uid') === '0',
      clock: Number(one('clock')),
      freeBytes: Number(one('free')) * 1024,
      addresses: all('address')
        .map((line) => line.split(' '))
        .map(([device = '', cidr = '']) => ({ device, cidr }))
        .filter(({ device }) => !madeByDocker(device)),
      routes: all('route')
        .filter((line) => !madeByDocker(/ dev (\S+)/.exec(line)?.[1] ?? ''))
        .map((line) => line.split(' ')[0] ?? '')
        .filter((to) => to !== 'default'),
    };
  },
};
