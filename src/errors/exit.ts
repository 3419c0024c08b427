/** How the command ends, for whoever has started it. */
export const EXIT = {
  /** All is done, whether something had to be changed or not. */
  done: 0,
  /** This is a bug in provision. */
  bug: 1,
  /** A host failed. Of `status`: something that should run does not. Of `check`: a mail server does not serve as it should. */
  failed: 2,
  /** The command line, the inventory or a playbook is wrong, or nobody is there to be asked. */
  usage: 3,
  /** A host could not be reached. */
  unreachable: 4,
  /** A safety rule refused to go on. Of `check`, and after a run: a mail server is open to strangers. */
  refused: 5,
  /** There are changes, or there were. Only with `--detailed-exitcode`. */
  changes: 10,
  /** A person or a signal has ended it. The next run goes on from where things are. */
  interrupted: 130,
} as const;

/** What an error ends the command with. */
export type ExitCode = (typeof EXIT)['failed' | 'usage' | 'unreachable' | 'refused'];
