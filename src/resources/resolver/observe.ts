import { ask, askingNames, type DnsAnswer, readAnswer } from '../../dns/index.ts';
import { unitState } from '../../facts/index.ts';
import { type Output, ProbeError } from '../../resource/index.ts';
import { lines, raw, type Script, sh } from '../../shell/index.ts';
import { secondsOf } from '../timestamp.ts';
import { CONTROL, NM_CONF, RESOLV_CONF, ROOTS, type Want } from './want.ts';

/** A systemd unit, or that there is none of this name. */
export interface Unit {
  readonly active: boolean;
  /** `enabled`, `disabled`, `masked`, `not-found`… */
  readonly state: string;
  /** Its configuration files that are newer than it. */
  readonly newer: readonly string[];
}

export interface Have {
  readonly resolvConf: {
    readonly type: 'file' | 'link' | 'absent';
    readonly content: string;
    /** Undefined where the file system has no such flag. */
    readonly immutable: boolean | undefined;
  };
  readonly units: Readonly<Record<(typeof UNITS)[number], Unit>>;
  readonly networkManager:
    | {
        readonly version: string;
        readonly main: string;
        /** Files beside the main one that set `dns`, which they do later than it. */
        readonly overrides: readonly { readonly path: string; readonly text: string }[];
      }
    | undefined;
  /** The line `hosts:` of nsswitch.conf. */
  readonly hosts: string;
  /** Whether dnssec-trigger's command and daemon can know each other by their keys; undefined where there are none. */
  readonly control: boolean | undefined;
  /** Programs that have port 53 of the loopback address, or of all. */
  readonly port: readonly string[];
  /** What is answered at 127.0.0.1. */
  readonly answers: Readonly<Record<keyof Want['checks'], DnsAnswer | undefined>>;
  /** Whether signatures come this way, by name server. Not asked where 127.0.0.1 validates already. */
  readonly ways: readonly { readonly server: string; readonly answer: DnsAnswer | undefined }[];
}

export const UNITS = ['NetworkManager', 'systemd-resolved', 'unbound', 'dnssec-triggerd'] as const;

const CHECKS = ['signed', 'bogus', 'unsigned'] as const;

/** Text that prints all that tells how a host resolves names, in parts. */
export function lookAtResolver({ checks, configuration, forwarders }: Want): Script {
  const asked = CHECKS.map((check) => sh`echo ${check} "$(${ask('127.0.0.1', checks[check], 'A')})" &`);
  return askingNames(sh`
    part() { printf '\n== %s\n' "$*"; }
    f=${RESOLV_CONF}
    part resolv.conf
    if [ -L "$f" ]; then echo link; elif [ -f "$f" ]; then echo file; else echo absent; fi
    case $(lsattr -d -- "$(readlink -f "$f")" 2>/dev/null | cut -d' ' -f1) in '') echo unknown ;; *i*) echo yes ;; *) echo no ;; esac
    cat "$f" 2>/dev/null
    part units
    ${lines(UNITS.map((unit) => sh`${unitState(`${unit}.service`)} && echo || exit 66`))}
    part files
    for f in ${[NM_CONF, ...configuration.unbound, ...configuration['dnssec-trigger']]} /etc/NetworkManager/conf.d/*.conf; do
      [ ! -e "$f" ] || stat -c '%.6Y %n' -- "$f" || exit 66
    done
    if command -v NetworkManager >/dev/null; then
      part version
      NetworkManager --version || exit 66
      part main
      [ ! -e ${NM_CONF} ] || cat ${NM_CONF} || exit 66
      for f in /etc/NetworkManager/conf.d/*.conf; do
        ! grep -qs '^[[:space:]]*dns[[:space:]]*=' "$f" || { part "override $f"; cat "$f" || exit 66; }
      done
    fi
    part control
    if [ -e ${`${CONTROL}_control.pem`} ]; then
      openssl verify -CAfile ${`${CONTROL}_server.pem`} ${`${CONTROL}_control.pem`} >/dev/null 2>&1 && echo yes || echo no
    fi
    part hosts
    sed -n 's/^hosts:[[:space:]]*//p' /etc/nsswitch.conf
    part port
    ss -H -lnup 'sport = :53' | while read -r _ _ _ at _ who; do echo "$at $who"; done
    # After a boot, or a change of the network, dnssec-trigger asks the world first, and lets nobody else.
    waited=0
    while systemctl is-active --quiet dnssec-triggerd.service && [ "$waited" -lt 20 ] &&
      [ $((0x$(${ask('127.0.0.1', checks.signed, 'A')} | cut -c7)0 & 0x20)) -eq 0 ]; do
      sleep 2
      waited=$((waited + 2))
    done
    part answers
    ${asked[0] as Script}
    ${asked[1] as Script}
    ${asked[2] as Script}
    wait
    part ways
    [ $((0x$(${ask('127.0.0.1', checks.signed, 'A')} | cut -c7)0 & 0x20)) -eq 0 ] || exit 0
    f=${RESOLV_CONF}
    [ ! -e /run/systemd/resolve/resolv.conf ] || f=/run/systemd/resolve/resolv.conf
    for server in ${forwarders.length > 0 ? forwarders : ROOTS} $(sed -n 's/^nameserver[[:space:]]*//p' "$f" | grep -v '^127\.'); do
      echo "$server" "$(${ask(raw('"$server"'), '.', 'DNSKEY')})" &
    done
    wait`);
}

export function readResolver(output: Output): Have {
  if (output.code !== 0) throw new ProbeError('could not look how names are resolved', output);
  const parts = new Map(
    output.stdout.split(/\n== /).map((part): [string, string] => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
  const rows = (name: string) =>
    (parts.get(name) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '));
  const answers = new Map(rows('answers').map(([name = '', hex = '']) => [name, readAnswer(hex)]));
  const [type = '', immutable = '', ...content] = (parts.get('resolv.conf') ?? '').split('\n');
  const version = parts.get('version')?.trim();
  return {
    resolvConf: {
      type: type as Have['resolvConf']['type'],
      immutable: immutable === 'unknown' ? undefined : immutable === 'yes',
      content: content.join('\n'),
    },
    units: readUnits(parts.get('units') ?? '', rows('files')),
    networkManager:
      version === undefined
        ? undefined
        : {
            version,
            main: parts.get('main') ?? '',
            overrides: [...parts]
              .filter(([name]) => name.startsWith('override '))
              .map(([name, text]) => ({ path: name.slice('override '.length), text })),
          },
    control: rows('control').length === 0 ? undefined : rows('control')[0]?.[0] === 'yes',
    hosts: (parts.get('hosts') ?? '').trim(),
    port: rows('port')
      .filter(([at = '']) => /^(127\.0\.0\.1|0\.0\.0\.0|\*)(%\w+)?:53$/.test(at))
      .map(([, who = '']) => /"([^"]+)"/.exec(who)?.[1] ?? 'a program that ss does not name'),
    answers: Object.fromEntries(CHECKS.map((check) => [check, answers.get(check)])) as Have['answers'],
    ways: rows('ways')
      .map(([server = '', hex = '']) => ({ server, answer: readAnswer(hex) }))
      .toSorted((a, b) => a.server.localeCompare(b.server)),
  };
}

/** Which of the files each unit reads. */
function readsFile(unit: string, path: string): boolean {
  if (unit === 'NetworkManager') return path.startsWith('/etc/NetworkManager/');
  if (unit === 'unbound') return path.startsWith('/etc/unbound/');
  return unit === 'dnssec-triggerd' && path.startsWith('/etc/dnssec-trigger/');
}

function readUnits(text: string, files: readonly (readonly string[])[]): Have['units'] {
  const units = text.split('\n\n').map((block): [string, Unit] => {
    const value = new Map(
      block.split('\n').map((line): [string, string] => {
        const equals = line.indexOf('=');
        return [line.slice(0, equals), line.slice(equals + 1)];
      }),
    );
    const id = (value.get('Id') ?? '').replace(/\.service$/, '');
    const since = secondsOf(value.get('InactiveExitTimestamp') ?? '');
    const newer = files.filter(([at = '', path = '']) => readsFile(id, path) && Number(at) > since);
    const load = value.get('LoadState') ?? '';
    return [
      id,
      {
        active: /^(active|reloading|activating)$/.test(value.get('ActiveState') ?? ''),
        state: load === 'not-found' || load === 'masked' ? load : (value.get('UnitFileState') ?? ''),
        newer: newer.map(([, path = '']) => path),
      },
    ];
  });
  const found = new Map(units);
  const none: Unit = { active: false, state: 'not-found', newer: [] };
  return Object.fromEntries(UNITS.map((unit) => [unit, found.get(unit) ?? none])) as Have['units'];
}
