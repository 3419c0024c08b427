import { type DnsAnswer, isSigned } from '../../dns/index.ts';
import { type Change, compare, type Pending, Refusal } from '../../resource/index.ts';
import { dnsMode, dnsOf } from './network-manager.ts';
import type { Have, Unit } from './observe.ts';
import { NM_CONF, type Want } from './want.ts';

/** What resolv.conf says where nothing but unbound resolves. */
export const OWN_RESOLV_CONF = `\
# Written by provision: unbound on this host validates. It is immutable; see chattr(1).
nameserver 127.0.0.1
options edns0 trust-ad
`;

/** How nsswitch.conf asks systemd-resolved, with what it does with the answer. */
export const RESOLVE = /(?<!\S)resolve(\s+\[[^\]]*\])?\s*/;

const NAME_SERVER = 'name server in /etc/resolv.conf';

/** By these alone NetworkManager's name servers come to the daemon. */
export const CONTROL_KEYS = 'keys of dnssec-trigger-control';

/** The differences between a resolver that validates and what is there. */
export function diffResolver(want: Want, have: Have, pending: Pending): readonly Change[] {
  const changes = [
    ...networkManager(want, have),
    ...resolved(have),
    ...unit('unbound', have.units.unbound, pending, want.configuration.unbound),
    ...(want.kind === 'dnssec-trigger'
      ? unit('dnssec-triggerd', have.units['dnssec-triggerd'], pending, want.configuration['dnssec-trigger'])
      : off('dnssec-triggerd', have.units['dnssec-triggerd'])),
    ...(want.kind === 'dnssec-trigger' && have.control !== true
      ? [{ field: CONTROL_KEYS, from: have.control === undefined ? null : 'not valid', to: 'valid' }]
      : []),
    ...resolvConf(want, have),
  ];
  const answers = verdictOf(have.answers);
  const whole =
    changes.length > 0 || answers === undefined
      ? changes
      : [{ field: 'validation', from: answers, to: 'validates' }];
  if (whole.length === 0) return [];
  refuseWithoutWay(want, have);
  const switched = whole.some(({ field }) => field === NAME_SERVER);
  return want.because === undefined || !switched
    ? whole
    : [{ field: 'kind', from: null, to: `${want.kind}: ${want.because}` }, ...whole];
}

/** What is wrong with how 127.0.0.1 answers, if something is. */
export function verdictOf({ signed, bogus, unsigned }: Have['answers']): string | undefined {
  if (signed === undefined) return 'no answer';
  if (!signed.authentic) return `a signed name is not validated (${signed.status})`;
  if (bogus !== undefined && bogus.status !== 'SERVFAIL')
    return `a name with wrong signatures is answered (${bogus.status})`;
  if (unsigned !== undefined && unsigned.status !== 'NOERROR')
    return `a name without signatures is not answered (${unsigned.status})`;
  return undefined;
}

function networkManager({ kind }: Want, have: Have): readonly Change[] {
  const manager = have.networkManager;
  const { active, newer } = have.units.NetworkManager;
  if (manager === undefined || !active) return [];
  const mode = kind === 'unbound' ? 'none' : dnsMode(manager.version);
  const wrong = manager.overrides.filter(({ text }) => (dnsOf(text) ?? mode) !== mode);
  const changes = [
    ...compare(`dns in ${NM_CONF}`, dnsOf(manager.main) ?? null, mode),
    ...wrong.map(({ path, text }) => ({ field: `dns in ${path}`, from: dnsOf(text) ?? null, to: null })),
  ];
  return changes.length > 0 || newer.length === 0
    ? changes
    : [{ field: 'NetworkManager', from: `older than ${newer.join(', ')}`, to: 'restarted' }];
}

function resolved({ units, hosts }: Have): readonly Change[] {
  const { active, state } = units['systemd-resolved'];
  const inTheWay = active || state === 'enabled';
  return [
    ...(inTheWay
      ? [{ field: 'systemd-resolved', from: active ? 'active' : state, to: 'stopped and masked' }]
      : []),
    ...(RESOLVE.test(hosts)
      ? [{ field: 'hosts in /etc/nsswitch.conf', from: hosts, to: hosts.replace(RESOLVE, '') }]
      : []),
  ];
}

function unit(
  name: string,
  have: Unit,
  pending: Pending,
  configuration: readonly string[],
): readonly Change[] {
  if (!have.active || have.state !== 'enabled') {
    const from = have.state === 'not-found' ? null : `${have.active ? 'active' : 'inactive'}, ${have.state}`;
    return [{ field: name, from, to: 'active, enabled' }];
  }
  const newer = configuration.filter((path) => have.newer.includes(path) || pending.paths.has(path));
  if (newer.length === 0) return [];
  return [{ field: name, from: `older than ${newer.join(', ')}`, to: 'restarted' }];
}

function off(name: string, { active, state }: Unit): readonly Change[] {
  if (!active && state !== 'enabled') return [];
  return [{ field: name, from: `${active ? 'active' : 'inactive'}, ${state}`, to: 'inactive, disabled' }];
}

function resolvConf({ kind }: Want, { resolvConf: { type, content, immutable } }: Have): readonly Change[] {
  const servers = nameServers(content);
  const shown = type === 'absent' ? null : `${servers.join(', ')}${type === 'link' ? ' (a link)' : ''}`;
  const right =
    type === 'file' &&
    (kind === 'unbound'
      ? content === OWN_RESOLV_CONF && immutable !== false
      : servers.length === 1 && servers[0] === '127.0.0.1');
  return right ? [] : [{ field: NAME_SERVER, from: shown, to: '127.0.0.1' }];
}

export function nameServers(resolvConf: string): readonly string[] {
  return [...resolvConf.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
}

/** A node whose resolver validates, and cannot, has no DNS: that is told before anything is changed. */
function refuseWithoutWay({ forwarders }: Want, { ways, port, units }: Have): void {
  const stranger = port.find((who) => who !== 'unbound');
  if (stranger !== undefined)
    throw new Refusal(`${stranger} has port 53 of 127.0.0.1, which unbound needs`, [
      `end ${stranger}, or set \`resolver: { kind: none }\` for this host`,
    ]);
  if (ways.length === 0 || ways.some(({ answer }) => isSigned(answer))) return;
  const said = ways.map(({ server, answer }) => `${server} ${describe(answer)}`).join('; ');
  throw new Refusal(
    `nothing that could be validated comes to this host: asked for the keys of the root, ${said}`,
    [
      forwarders.length > 0
        ? 'name forwarders under `resolver: forwarders` that pass DNSSEC on'
        : `let this host reach port 53 (UDP and TCP) of any address, or use name servers that pass DNSSEC on: ${
            units.NetworkManager.active
              ? 'in its connection in NetworkManager'
              : 'under `resolver: forwarders`'
          }`,
    ],
  );
}

function describe(answer: DnsAnswer | undefined): string {
  if (answer === undefined) return 'does not answer';
  if (answer.status !== 'NOERROR') return `answers ${answer.status}`;
  return answer.types.has('DNSKEY') ? 'leaves their signatures out' : 'leaves them out';
}
