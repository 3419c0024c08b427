import { EXIT, type ExitCode } from './exit.ts';

interface Meaning {
  readonly exit: ExitCode;
  /** In one sentence, for the reference. */
  readonly means: string;
}

const failed = (means: string): Meaning => ({ exit: EXIT.failed, means });
const usage = (means: string): Meaning => ({ exit: EXIT.usage, means });
const unreachable = (means: string): Meaning => ({ exit: EXIT.unreachable, means });
const refused = (means: string): Meaning => ({ exit: EXIT.refused, means });

/**
 * What an error means and ends the command with, by its code. Findings, and the causes that a host names, have codes of their own: such
 * an error is `refused`, or what it is here, by a more exact name.
 */
export const CODES = {
  'broken-answer': failed('the answer of a host could not be read'),
  'command-failed': failed('a command of `exec` ended with another exit code than 0'),
  'command-timeout': failed('a command of `exec` took longer than it may'),
  'could-not-look': failed('the state of a resource could not be looked at'),
  denied: failed('a playbook cannot do this now'),
  'gate-closed': failed('what a rolling stage waits for did not come about in time'),
  'lock-held': failed('another run, or a command of one, changes the host'),
  'lock-lost': failed('the run lost its hold on the host'),
  'lock-unwritable': failed('the host cannot write down who changes it'),
  'not-converged': failed('every command succeeded, and the resource still differs'),
  'not-observable': failed('the state of a resource cannot be told yet, and has to be known by now'),
  'not-settled': failed('what was changed does not run as it should'),
  'step-failed': failed('a command that changes a host failed'),
  'still-up': failed('the machine was told to reboot, and goes on as before'),
  'sudo-password-missing': failed('sudo asks for a password, and there is none'),
  'sudo-refused': failed('the login may not become root'),
  unresolved: failed('a resource of another host is needed, and not there'),

  configuration: usage('the inventory, or a file that it names, has mistakes'),
  init: usage('`init` cannot write the inventory'),
  inventory: usage('the inventory cannot be read'),
  'no-consent': usage('a question has to be asked, and nobody is there'),
  'no-verb': usage('no playbook of the site has anything for this verb'),
  playbook: usage('the code of a playbook or of a kind has a mistake'),
  secrets: usage('the encrypted secrets cannot be read or written'),
  'ssh-config': usage('the settings of ssh cannot be followed'),
  'unknown-host': usage('an option names a host that the inventory does not have'),
  'unknown-stage': usage('an option names a stage that does not exist'),

  algorithms: unreachable('the host and this machine have no way of encrypting in common'),
  auth: unreachable('the login was not accepted'),
  booting: unreachable('the host is still starting, and lets only root in'),
  'host-key-changed': unreachable('the host has another key than the known one'),
  'host-key-revoked': unreachable('the key of the host was revoked'),
  'host-key-unknown': unreachable('nobody knows the key of the host'),
  'key-file': unreachable('a file with a key cannot be used'),
  lost: unreachable('the connection was lost'),
  'no-session': unreachable('the host opened no session'),
  'no-shell': unreachable('the login has no shell that runs commands'),
  'not-back': unreachable('the machine was told to reboot, and does not answer'),
  'not-listening': unreachable('nothing listens at the port of ssh'),
  start: unreachable('the script could not be started'),
  timeout: unreachable('the host did not answer in time'),
  unreachable: unreachable('there is no route to the host, or its name has no address'),

  'more-than-shown': refused('with `--exact`: the run would do more than the plan showed'),
  refused: refused('a resource cannot be changed safely'),
} as const satisfies Readonly<Record<string, Meaning>>;

export type ErrorCode = keyof typeof CODES;
