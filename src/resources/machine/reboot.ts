import { z } from 'zod';
import {
  type Change,
  defineResource,
  inParts,
  type Output,
  ProbeError,
  Refusal,
  WHICH_BOOT,
} from '../../resource/index.ts';
import { lines, Script, sh } from '../../shell/index.ts';
import { waitForLock } from '../apt.ts';
import { rebootNeeded } from './reboot-needed.ts';

const want = z.strictObject({
  /** Exit code 0: a reboot is needed, 1: it is not, as after it. Default: what the machine itself says. */
  when: z.instanceof(Script, { error: 'expected a script: sh`…`' }).optional(),
  /** Seconds until it has to answer from its next boot. */
  timeout: z.int().min(30).max(7200).default(600),
});
type Want = z.output<typeof want>;

/** From which boot the machine was rebooted, why, and the boot in which that was still needed, if it was. */
const RECORD = '/var/lib/provision/reboot';

/** Seconds to wait for a program that installs packages, and the locks by which it is known. */
const PATIENCE = 600;
const LOCKS = [
  '/var/lib/dpkg/lock-frontend',
  '/var/lib/dpkg/lock',
  '/var/lib/rpm/.rpm.lock',
  '/usr/lib/sysimage/rpm/.rpm.lock',
];

interface Have {
  readonly boot: string;
  /** Why a reboot is needed, in one line. */
  readonly reason: string | undefined;
  readonly last: { readonly from: string; readonly reason: string; readonly to: string } | undefined;
}

/**
 * A machine that is rebooted where it says that it has to be: /run/reboot-required, needs-restarting of dnf, or a kernel that is newer
 * than the one that runs. The run waits until it answers from another boot, and holds it again before anything else is done there. It has
 * changed when it answers from another boot and says no longer that it is needed; where it goes on to say so, that is
 * an error, and no run reboots it for the same reason again. While packages are installed it is not rebooted.
 *
 * It belongs into a stage with `rolling`, so that one machine at a time is away, with gates around it.
 */
export const reboot = defineResource({
  kind: 'reboot',
  want,
  key: () => 'machine',
  endsMachine: true,

  observe: (wanted) =>
    inParts(
      {
        boot: WHICH_BOOT,
        last: sh`[ ! -e ${RECORD} ] || cat ${RECORD} || exit 66`,
        needed: reasonOf(wanted),
      },
      read,
    ),

  diff(_want, { boot, reason, last }): readonly Change[] {
    if (reason === undefined) return [];
    if (last !== undefined && last.reason === reason && last.from !== boot && (last.to || boot) === boot)
      throw new Refusal(
        `the machine was rebooted for this already, and says so still: ${reason}. Another reboot would not end that`,
        [
          {
            say: 'See which kernel runs, which are installed, and which the boot loader takes',
            run: sh`cat /proc/version; ls -l /boot /run/reboot-required`,
          },
          {
            say: 'Once that is found, let a run reboot it for this reason once more; only the note of the last time is taken away',
            run: sh`rm -f ${RECORD}`,
          },
        ],
      );
    return [{ field: 'reboot', from: `needed: ${reason}`, to: 'not needed' }];
  },

  apply: (wanted, { boot, reason = '' }) => [
    {
      title: 'reboot the machine',
      reboots: { within: wanted.timeout },
      // Begun by systemd a moment later: what reboots within the session would be killed with it, or kill the answer.
      script: sh`
        ${lines(LOCKS.map(unlocked))}
        mkdir -p /var/lib/provision && printf '%s\n' ${boot} ${reason} >${RECORD} && sync || exit 1
        systemd-run --quiet --collect --on-active=2 --timer-property=AccuracySec=100ms systemctl reboot`,
    },
    {
      title: 'see whether the reboot was enough',
      script: sh`
        reason=$(${reasonOf(wanted)}) || exit 1
        [ -n "$reason" ] || { rm -f ${RECORD}; exit 0; }
        ${WHICH_BOOT} >>${RECORD}
        echo "the machine was rebooted, and says still that it has to be: $reason" >&2
        exit 1`,
    },
  ],

  restarts: (_want, changes) =>
    changes.length === 0
      ? []
      : [{ name: 'the whole machine', here: true, pause: 'as long as it takes to boot, some minutes' }],
});

/** What is installed by half when the machine goes down may keep it from coming up. */
const unlocked = (path: string) => sh`
  lock=
  ${waitForLock(path, PATIENCE)}
  [ -z "$lock" ] || { echo ${`the machine was not rebooted: packages are being installed there, by who holds ${path}`} >&2; exit 1; }`;

/** Prints why, or nothing. */
function reasonOf({ when }: Want): Script {
  if (when === undefined) return rebootNeeded;
  return sh`
    (
      ${when}
    ) </dev/null >/dev/null
    case $? in 0) echo 'the playbook says so' ;; 1) ;; *) exit 66 ;; esac`;
}

function read(said: Readonly<Record<'boot' | 'last' | 'needed', string>>, output: Output): Have {
  if (output.code !== 0) throw new ProbeError('could not see whether the machine has to be rebooted', output);
  const boot = said.boot.trim();
  if (boot === '') throw new ProbeError('could not see which boot of the machine this is');
  const [from, reason, to = ''] = said.last.trimEnd().split('\n');
  return {
    boot,
    reason: said.needed.trim() || undefined,
    last: from === undefined || reason === undefined ? undefined : { from, reason, to },
  };
}
