import { ProvisionError } from '../errors/index.ts';
import { causeOf } from './causes.ts';

/** Another run is at work on a host that this one would look at or change. */
export class LockHeld extends ProvisionError {
  readonly host: string;

  /** `end`: a command that ends the other run's hold on the host. */
  constructor(host: string, holder: string, end: string) {
    super(
      `another run is changing this host: ${holder || 'it has not said which'}. One run at a time may change a cluster`,
      {
        code: 'lock-held',
        fix: [
          'wait until it has ended, then run again. It lets go within half a minute of its end, however it ends',
          `to stop it, which leaves what it is doing at the end of its present command: ${end}`,
        ],
      },
    );
    this.host = host;
  }
}

/** A command that an earlier run began on a host still runs, and nobody holds the host for it any more. */
export class OrphanRuns extends ProvisionError {
  readonly host: string;

  constructor(host: string, holder: string, show: string) {
    super(`a command of an earlier run still runs on this host: ${holder || 'it has not said which'}`, {
      code: 'lock-held',
      fix: [`look what it is, and run again when it has ended: ${show}`],
    });
    this.host = host;
  }
}

/** The host no longer holds itself for this run: it was suspended or cut off for longer than that lasts. */
export class LockLost extends ProvisionError {
  constructor() {
    super('this run has lost its hold on the host, so nothing more was begun there', {
      code: 'lock-lost',
      fix: ['run again: it goes on from where the hosts are'],
    });
  }
}

/** While a host was away for its reboot nothing held it, and another run was quicker. */
export class ChangedMeanwhile extends ProvisionError {
  constructor(holder: string) {
    super(`another run has changed this host between its boot and this run's return to it: ${holder}`, {
      code: 'lock-lost',
      fix: ['run again: it goes on from where the hosts are'],
    });
  }
}

/** Another script changes this host. */
export class HostBusy extends ProvisionError {
  constructor(holder: string) {
    super(`another script is changing this host: ${holder || 'it has not said which'}`, {
      code: 'lock-held',
      fix: ['wait until it has ended, then run again'],
    });
  }
}

/** The host cannot note who changes it, so nobody may. */
export class LockUnwritable extends ProvisionError {
  /** `said`: what the host's own tools printed. */
  constructor(file: string, said: string) {
    const cause = causeOf(said);
    const why = cause?.message ?? (said.trim().split('\n').at(-1) || 'it has not said why');
    super(`the host cannot write ${file}, with which it tells who changes it: ${why}`, {
      code: 'lock-unwritable',
      exact: cause?.code,
      fix: [cause?.fix ?? `look with \`ls -ld /run ${file}\` and \`findmnt -T ${file}\` on the host`],
    });
  }
}
