import { ask, askingNames, type DnsAnswer, readAnswer } from '../../dns/index.ts';
import { unitState } from '../../facts/index.ts';
import { inParts, type Output, type Probe, ProbeError } from '../../resource/index.ts';
import { lines, raw, sh } from '../../shell/index.ts';
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

/** All that tells how a host resolves names. */
export function observeResolver({ checks, configuration, forwarders }: Want): Probe<Have> {
  const validates = sh`[ $((0x$(${ask('127.0.0.1', checks.signed, 'A')} | cut -c7)0 & 0x20)) -ne 0 ]`;
  const parts = {
    resolvConf: sh`
      f=${RESOLV_CONF}
      if [ -L "$f" ]; then echo link; elif [ -f "$f" ]; then echo file; else echo absent; fi
      case $(lsattr -d -- "$(readlink -f "$f")" 2>/dev/null | cut -d' ' -f1) in '') echo unknown ;; *i*) echo yes ;; *) echo no ;; esac
      cat "$f" 2>/dev/null || :`,
    units: lines(UNITS.map((unit) => sh`${unitState(`${unit}.service`)} && echo || exit 66`)),
    files: sh`
      for f in ${[NM_CONF, ...configuration.unbound, ...configuration['dnssec-trigger']]} /etc/NetworkManager/conf.d/*.conf; do
        [ ! -e "$f" ] || stat -c '%.6Y %n' -- "$f" || exit 66
      done`,
    networkManager: sh`
      command -v NetworkManager >/dev/null || exit 0
      NetworkManager --version || exit 66
      [ ! -e ${NM_CONF} ] || cat ${NM_CONF} || exit 66`,
    overrides: sh`
      for f in /etc/NetworkManager/conf.d/*.conf; do
        grep -qs '^[[:space:]]*dns[[:space:]]*=' "$f" || continue
        text=$(cat -- "$f" && echo .) || exit 66
        printf '%s\n' "$f"
        printf '%s\n' "$text" | sed 's/^/ /'
      done`,
    local: sh`
      if [ -e ${`${CONTROL}_control.pem`} ]; then
        openssl verify -CAfile ${`${CONTROL}_server.pem`} ${`${CONTROL}_control.pem`} >/dev/null 2>&1 && echo 'control yes' || echo 'control no'
      fi
      sed -n 's/^hosts:[[:space:]]*/hosts /p' /etc/nsswitch.conf
      ss -H -lnup 'sport = :53' | while read -r _ _ _ at _ who; do echo "port $at $who"; done`,
    answers: sh`
      # After a boot, or a change of the network, dnssec-trigger asks the world first, and lets nobody else.
      waited=0
      until ${validates} || [ "$waited" -ge 20 ] || ! systemctl is-active --quiet dnssec-triggerd.service; do
        sleep 2
        waited=$((waited + 2))
      done
      ${lines(CHECKS.map((check) => sh`echo ${check} "$(${ask('127.0.0.1', checks[check], 'A')})" &`))}
      wait`,
    ways: sh`
      ! ${validates} || exit 0
      f=${RESOLV_CONF}
      [ ! -e /run/systemd/resolve/resolv.conf ] || f=/run/systemd/resolve/resolv.conf
      for server in ${forwarders.length > 0 ? forwarders : ROOTS} $(sed -n 's/^nameserver[[:space:]]*//p' "$f" | grep -v '^127\.'); do
        echo "$server" "$(${ask(raw('"$server"'), '.', 'DNSKEY')})" &
      done
      wait`,
  };
  const { script, parse } = inParts(parts, readResolver);
  return { script: askingNames(script), parse };
}

function readResolver(
  said: Readonly<
    Record<
      'resolvConf' | 'units' | 'files' | 'networkManager' | 'overrides' | 'local' | 'answers' | 'ways',
      string
    >
  >,
  output: Output,
): Have {
  if (output.code !== 0) throw new ProbeError('could not look how names are resolved', output);
  const answers = new Map(rowsOf(said.answers).map(([name = '', hex = '']) => [name, readAnswer(hex)]));
  const [type = '', immutable = '', ...content] = said.resolvConf.split('\n');
  const [version = '', ...main] = said.networkManager.split('\n');
  const local = (name: string) =>
    rowsOf(said.local).flatMap(([word, ...rest]) => (word === name ? [rest] : []));
  const [control] = local('control');
  const [hosts = []] = local('hosts');
  return {
    resolvConf: {
      type: type as Have['resolvConf']['type'],
      immutable: immutable === 'unknown' ? undefined : immutable === 'yes',
      content: content.join('\n'),
    },
    units: readUnits(said.units, rowsOf(said.files)),
    networkManager:
      version === ''
        ? undefined
        : { version, main: main.join('\n'), overrides: readOverrides(said.overrides) },
    control: control && control[0] === 'yes',
    hosts: hosts.join(' ').trim(),
    port: local('port')
      .filter(([at = '']) => /^(127\.0\.0\.1|0\.0\.0\.0|\*)(%\w+)?:53$/.test(at))
      .map(([, who = '']) => /"([^"]+)"/.exec(who)?.[1] ?? 'a program that ss does not name'),
    answers: Object.fromEntries(CHECKS.map((check) => [check, answers.get(check)])) as Have['answers'],
    ways: rowsOf(said.ways)
      .map(([server = '', hex = '']) => ({ server, answer: readAnswer(hex) }))
      .toSorted((a, b) => a.server.localeCompare(b.server)),
  };
}

const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));

/** Files by their paths, each with its text one column in, and a point where that ends. */
function readOverrides(text: string): readonly { readonly path: string; readonly text: string }[] {
  return text
    .split(/^(?=\S)/m)
    .filter((file) => file !== '')
    .map((file) => {
      const end = file.indexOf('\n');
      return { path: file.slice(0, end), text: file.slice(end + 1, -'.\n'.length).replaceAll(/^ /gm, '') };
    });
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
