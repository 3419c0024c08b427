import { ask, askingNames } from '../../dns/index.ts';
import type { Change } from '../../resource/index.ts';
import { BOOT_SECONDS, lines, type Script, sh } from '../../shell/index.ts';
import { notFromTheFuture } from '../last-good.ts';
import { writeFile } from '../write-file.ts';
import { CONTROL_KEYS, OWN_RESOLV_CONF, RESOLVE } from './diff.ts';
import { dnsMode, withDnsSetting, withoutDnsSetting } from './network-manager.ts';
import { type Have, UNITS } from './observe.ts';
import { CONTROL, NM_CONF, RESOLV_CONF, type Want } from './want.ts';

/** Where the resolver that was there before is kept: its files, and which units ran. */
const KEPT = '/var/lib/provision/resolver';

/** Seconds that the new resolver has to validate; dnssec-trigger asks the world again after ten. */
const PATIENCE = 45;

/**
 * Switches and looks; where the new resolver does not validate, all is put back as it was. One script, deaf to signals:
 * a connection that ends in the middle does not leave a host without DNS.
 */
export function switchResolver(want: Want, have: Have, changes: readonly Change[]): Script {
  return askingNames(
    lines([
      sh`trap '' HUP INT TERM PIPE`,
      remember,
      restore,
      checked(want),
      inOrder(steps(want, have, new Set(changes.map(({ field }) => field)))),
      sh`
        if ! change >${KEPT}/said 2>&1; then
          why=$(grep . ${KEPT}/said | tail -n 1)
        elif why=$(validates); then
          rm -- ${KEPT}/unfinished
          exit 0
        fi
        put_back >>${KEPT}/said 2>&1
        rm -- ${KEPT}/unfinished
        getent ahosts ${want.checks.signed} >/dev/null && it='resolves again' || it='is back, and it does not resolve either'
        printf '%s\n' "the new resolver was taken back: $why. The old one $it. What was done and said is in "${KEPT}/said >&2
        exit 1`,
    ]),
  );
}

/** A function that takes the steps, each in a shell of its own, up to the first that fails. */
function inOrder(steps: readonly Script[]): Script {
  return lines([sh`change() {`, ...steps.map((step) => sh`(${step}) || return 1`), sh`}`]);
}

/** Once: what a run that was cut off has kept is the older state. */
const remember = sh`
  if [ ! -e ${KEPT}/unfinished ]; then
    rm -rf -- ${KEPT}
    mkdir -p -- ${KEPT}/files && chmod 700 ${KEPT} || exit 1
    for f in ${RESOLV_CONF} /etc/nsswitch.conf /etc/NetworkManager; do
      if [ -e "$f" ] || [ -L "$f" ]; then cp -a --parents -- "$f" ${KEPT}/files || exit 1; fi
    done
    for unit in ${[...UNITS]}; do
      echo "$unit $(systemctl is-active "$unit.service") $(systemctl is-enabled "$unit.service" 2>/dev/null)"
    done >${KEPT}/units
    case $(lsattr -d -- ${RESOLV_CONF} 2>/dev/null | cut -d' ' -f1) in *i*) : >${KEPT}/immutable ;; esac
    : >${KEPT}/unfinished || exit 1
  fi`;

/** dnssec-trigger writes resolv.conf when it ends, so the file comes after it. */
const restore = sh`
  put_back() {
    while read -r unit active enabled; do
      now=$(systemctl is-active "$unit.service")
      [ "$active" = active ] || [ "$now" != active ] || systemctl stop "$unit.service"
      case $enabled in
        enabled) systemctl unmask "$unit.service"; systemctl enable "$unit.service" ;;
        masked) systemctl mask "$unit.service" ;;
        *) systemctl disable "$unit.service" ;;
      esac
    done <${KEPT}/units 2>/dev/null
    chattr -i ${RESOLV_CONF} 2>/dev/null
    rm -f -- ${RESOLV_CONF}
    cp -a ${KEPT}/files/etc/. /etc/
    systemctl daemon-reload
    while read -r unit active enabled; do
      [ "$active" != active ] || [ "$unit" = dnssec-triggerd ] || systemctl restart "$unit.service"
    done <${KEPT}/units
    cp -a --remove-destination ${KEPT}/files${RESOLV_CONF} ${RESOLV_CONF}
    [ ! -e ${KEPT}/immutable ] || chattr +i ${RESOLV_CONF}
  }`;

/** Says what is wrong as long as something is. The seventh digit of an answer has the `ad` flag, the eighth its status. */
const checked = ({ checks }: Want) => sh`
  verdict() {
    servers=$(sed -n 's/^nameserver[[:space:]]*//p' ${RESOLV_CONF} | tr '\n' ' ')
    [ "$servers" = '127.0.0.1 ' ] || { echo "resolv.conf names \${servers:-no name server}"; return 1; }
    answer=$(${ask('127.0.0.1', checks.signed, 'A')})
    [ -n "$answer" ] || { echo "no answer for "${checks.signed}; return 1; }
    case $(echo "$answer" | cut -c8) in 0) ;; *) echo "no address for "${checks.signed}", whose signatures are right"; return 1 ;; esac
    [ $((0x$(echo "$answer" | cut -c7) & 2)) -ne 0 ] || { echo "the answer for "${checks.signed}" is not validated"; return 1; }
    case $(${ask('127.0.0.1', checks.bogus, 'A')} | cut -c8) in 2) ;; *) echo ${checks.bogus}", whose signatures are wrong, is answered"; return 1 ;; esac
    case $(${ask('127.0.0.1', checks.unsigned, 'A')} | cut -c8) in 0) ;; *) echo "no address for "${checks.unsigned}", which is not signed"; return 1 ;; esac
  }
  validates() {
    end=$((${BOOT_SECONDS} + ${PATIENCE}))
    until verdict >${KEPT}/verdict; do
      [ "${BOOT_SECONDS}" -lt "$end" ] || { cat ${KEPT}/verdict; return 1; }
      sleep 2
    done
  }`;

function steps(want: Want, have: Have, fields: ReadonlySet<string>): readonly Script[] {
  const any = (...names: readonly string[]) => names.some((name) => fields.has(name));
  const manager = have.networkManager;
  const overrides = (manager?.overrides ?? []).filter(({ path }) => any(`dns in ${path}`));
  const written = [
    ...(manager !== undefined && any(`dns in ${NM_CONF}`)
      ? [
          configuration(
            NM_CONF,
            withDnsSetting(manager.main, want.kind === 'unbound' ? 'none' : dnsMode(manager.version)),
          ),
        ]
      : []),
    ...overrides.map(({ path, text }) => configuration(path, withoutDnsSetting(text))),
  ];
  return [
    sh`unbound-checkconf >/dev/null`,
    // Its name servers without systemd-resolved in front, which is about to end.
    sh`
      chattr -i ${RESOLV_CONF} 2>/dev/null
      [ -L ${RESOLV_CONF} ] || exit 0
      f=/run/systemd/resolve/resolv.conf
      [ -e "$f" ] || f=${RESOLV_CONF}
      cat "$f" >/etc/.resolv.conf.provision && mv -fT /etc/.resolv.conf.provision ${RESOLV_CONF}`,
    // Always: what it has kept would answer for a while, whatever comes through.
    begin('unbound'),
    ...(any('systemd-resolved')
      ? [sh`systemctl disable --now systemd-resolved.service && systemctl mask systemd-resolved.service`]
      : []),
    ...(any('hosts in /etc/nsswitch.conf')
      ? [sh`sed -i ${`s/^hosts:.*/hosts: ${have.hosts.replace(RESOLVE, '')}/`} /etc/nsswitch.conf`]
      : []),
    ...written,
    ...(written.length > 0 || any('NetworkManager')
      ? [
          sh`
            ${notFromTheFuture(['/etc/NetworkManager'])}
            systemctl restart NetworkManager.service`,
        ]
      : []),
    ...(any(CONTROL_KEYS) ? [makeKeys] : []),
    ...(want.kind === 'dnssec-trigger'
      ? [begin('dnssec-triggerd')]
      : [
          ...(any('dnssec-triggerd') ? [sh`systemctl disable --now dnssec-triggerd.service`] : []),
          sh`${writeFile({ path: RESOLV_CONF, content: OWN_RESOLV_CONF, mode: '0644', owner: 'root', group: 'root' })}
            chattr +i ${RESOLV_CONF} 2>/dev/null || true`,
        ]),
  ];
}

/**
 * dnssec-trigger-control-setup asks OpenSSL for a certificate without extensions. From 3.4 on that is one which may not
 * sign (seen with 3.5 and dnssec-trigger 0.17), so that the daemon refuses its own command and NetworkManager's hook.
 */
const makeKeys = sh`
  server=${CONTROL}_server control=${CONTROL}_control
  ! openssl verify -CAfile $server.pem $control.pem >/dev/null 2>&1 || exit 0
  umask 077
  rm -f $server.key $server.pem $control.key $control.pem
  openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 7200 -subj /CN=dnssec-trigger -keyout $server.key -out $server.pem &&
    openssl req -newkey rsa:3072 -nodes -sha256 -subj /CN=dnssec-trigger-control -keyout $control.key |
      openssl x509 -req -sha256 -days 7200 -CA $server.pem -CAkey $server.key -CAcreateserial -out $control.pem &&
    openssl verify -CAfile $server.pem $control.pem`;

function configuration(path: string, content: string): Script {
  return writeFile({ path, content, mode: '0644', owner: 'root', group: 'root' });
}

/** Also what runs is started anew: it reads its configuration, and asks again which name servers to use. */
function begin(unit: 'unbound' | 'dnssec-triggerd'): Script {
  return sh`
    systemctl unmask ${`${unit}.service`} && systemctl enable ${`${unit}.service`} || exit 1
    systemctl reset-failed ${`${unit}.service`} 2>/dev/null
    ${notFromTheFuture([unit === 'unbound' ? '/etc/unbound' : '/etc/dnssec-trigger'])}
    systemctl restart ${`${unit}.service`} && exit 0
    journalctl --no-pager --lines=5 --output=cat --unit=${unit} >&2
    exit 1`;
}
