import { type MachineFacts, template } from 'provision-swarm';
import type { Settings } from '../settings/resolver.ts';

type System = MachineFacts['os'];

const isDebian = ({ id }: System) => ['debian', 'ubuntu'].includes(id);

/** A file that the distribution's own configuration includes. */
export function unboundPath(os: System): string {
  return `/etc/unbound/${isDebian(os) ? 'unbound.conf.d' : 'conf.d'}/provision.conf`;
}

/** Without chattr, of e2fsprogs, dnssec-trigger's script ends in the middle of its work. */
export function unboundPackages(os: System): readonly string[] {
  return ['unbound', 'unbound-anchor', ...(isDebian(os) ? ['dns-root-data'] : []), 'e2fsprogs'];
}

export const TRIGGER_CONF = '/etc/dnssec-trigger/dnssec-trigger.conf';

/**
 * dnssec-trigger for a machine without a person in front of it: no page that is fetched over HTTP to find the login of a
 * hotspot, and no open resolver of somebody else to fall back to. Where neither the network's own name servers nor the
 * root's pass DNSSEC on, it is better told than gone around.
 */
export const TRIGGER_CONF_TEXT = `\
# Written by provision. See dnssec-trigger.conf(5).
verbosity: 1
check-updates: no
`;

/** What unbound is told beyond its defaults, which validate by the root's key. */
export function unboundConf(settings: Settings, forwarders: readonly string[]): string {
  const anchored = settings.trustAnchors.map((anchor) => zoneOf(anchor));
  return template(import.meta.url, '../../templates/unbound.conf.hbs', {
    privateZones: Object.entries(settings.privateZones).map(([zone, servers]) => ({
      zone,
      servers,
      anchored: anchored.some((name) => zone === name || zone.endsWith(`.${name}`)),
    })),
    trustAnchors: settings.trustAnchors.map((anchor) => anchor.replaceAll(/\s+/g, ' ')),
    forwarders,
  });
}

function zoneOf(anchor: string): string {
  return (anchor.split(/\s/)[0] ?? '').replace(/\.$/, '').toLowerCase();
}

export const DEVICES_CONF = '/etc/NetworkManager/conf.d/provision-docker.conf';

/** Each container that starts or ends would have dnssec-trigger ask the world anew, and for a moment nobody else. */
export const DEVICES_CONF_TEXT = `\
# Written by provision: the devices that Docker makes and takes away are none of NetworkManager's business.
[device-provision-docker]
match-device=interface-name:veth*,interface-name:docker*
managed=0
`;
