import { file, packages, type Resource, sh } from 'provision-swarm';
import type { DockerHost } from '../settings/docker.ts';
import { dockerRepository } from './repository.ts';

const PREFERENCES = '/etc/apt/preferences.d/provision-docker';

/** The package that is the engine. */
export function engineOf({ settings }: DockerHost): 'docker.io' | 'docker-ce' {
  return settings.source === 'docker-ce' ? 'docker-ce' : 'docker.io';
}

/** Debian 13 split the command off; without AppArmor's parser no container starts where the kernel has AppArmor. */
function distributionPackages({ facts: { machine } }: DockerHost): readonly Resource[] {
  const cli = machine.os.id === 'debian' && Number(machine.os.version) >= 13 ? ['docker-cli'] : [];
  return [packages({ names: ['docker.io', ...cli, 'apparmor', 'ca-certificates', 'iptables'] })];
}

/** Docker's repository, its key by the fingerprint, and the engine in the version that is wanted, if one is. */
function dockerPackages(host: DockerHost): readonly Resource[] {
  const { version } = host.settings;
  const versions: Readonly<Record<string, string>> =
    version === undefined ? {} : { 'docker-ce': version, 'docker-ce-cli': version };
  return [
    packages({ names: ['ca-certificates', 'apparmor', 'iptables'] }),
    ...dockerRepository(host),
    // Above the priority of what is installed and below a downgrade (apt_preferences(5)): an upgrade by hand stays at it.
    file({
      path: PREFERENCES,
      content: version === undefined ? '' : preferences(Object.keys(versions), version),
      check: sh`apt-cache policy >/dev/null`,
    }),
    packages({
      names: ['docker-ce', 'docker-ce-cli', 'containerd.io'],
      versions,
      restarts: ['docker.service'],
    }),
  ];
}

function preferences(names: readonly string[], version: string): string {
  return `Package: ${names.join(' ')}\nPin: version /^([0-9]+:)?${version.replaceAll('.', '\\.')}([.~+-].*)?$/\nPin-Priority: 990\n`;
}

export function enginePackages(host: DockerHost): readonly Resource[] {
  return host.settings.source === 'docker-ce' ? dockerPackages(host) : distributionPackages(host);
}
