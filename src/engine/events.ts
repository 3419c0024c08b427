import type { Finding } from '../errors/index.ts';
import type { OutsideAnswer } from '../playbook/index.ts';
import type { Change } from '../resource/index.ts';
import type { Plan } from './plan.ts';

/**
 * What an exec was for: `facts` and `observe` look, `lock` takes the lock of the run, `apply` changes, `gate` asks whether the next host may
 * have its turn, `settle` waits for what was started, `enquiry` asks for what only a verb wants to know.
 */
export type Purpose = 'facts' | 'observe' | 'lock' | 'apply' | 'gate' | 'settle' | 'enquiry';

/** What a run has come to on a host. */
export interface HostSummary {
  /** The host, by its name in the inventory. */
  readonly host: string;
  /** Whether the run might change it. */
  readonly selected: boolean;
  /** How many changes were made there, and seen to hold. */
  readonly changed: number;
  /** `failed`: something there went wrong; `unreachable`: it could not be asked. */
  readonly result: 'ok' | 'changed' | 'failed' | 'unreachable';
  /** Its commands were begun and not proven: what is counted is not all that may be changed. */
  readonly begun?: boolean;
}

/** All that happens in a run. The engine prints nothing: it emits these, and a renderer shows them. */
export type Event =
  /** The hosts are about to be connected. */
  | {
      readonly kind: 'run-started';
      /** The name of the cluster in the inventory. */
      readonly cluster: string;
      /** The hosts that it is about, by their names in the inventory. */
      readonly hosts: readonly string[];
    }
  /** A host has let us in. */
  | {
      readonly kind: 'host-connected';
      /** The host, by its name in the inventory. */
      readonly host: string;
      /** How long it took, in milliseconds. */
      readonly milliseconds: number;
    }
  /** A host could not be reached, or something on it went wrong. It has no further part in the run. */
  | {
      readonly kind: 'host-failed';
      readonly host: string;
      /** What went wrong, as errors are told in JSON. */
      readonly error: unknown;
    }
  /** A script has run on a host. */
  | {
      readonly kind: 'exec';
      readonly host: string;
      /** What it was for. */
      readonly purpose: Purpose;
      readonly milliseconds: number;
    }
  /** Something was seen that a person should know. */
  | {
      readonly kind: 'finding';
      /** What was seen. */
      readonly finding: Finding;
    }
  /** The run takes the lock of these hosts, and looks again with it in hand. */
  | { readonly kind: 'locking'; readonly hosts: readonly string[] }
  /** The run has the lock of all of them, and has looked again. */
  | { readonly kind: 'locked' }
  /** What a run would do, or is about to do. */
  | {
      readonly kind: 'planned';
      /** The comparison of what should hold with what does. */
      readonly plan: Plan;
    }
  /** A stage begins that has work on these hosts. */
  | {
      readonly kind: 'stage-started';
      /** The playbook, by its name. */
      readonly playbook: string;
      /** The stage of that playbook, by its name. */
      readonly stage: string;
      readonly hosts: readonly string[];
    }
  /** A command is begun that changes a host. */
  | {
      readonly kind: 'step-started';
      readonly host: string;
      /** What it does, in the imperative. */
      readonly title: string;
      /** The text that is run, secrets masked. */
      readonly command: string;
      /** Which of the commands of this stage on this host it is, from 1. */
      readonly number: number;
      /** How many commands this stage has on this host. */
      readonly of: number;
    }
  /** That command has printed a line. */
  | {
      readonly kind: 'step-output';
      readonly host: string;
      /** The line, as the host has it. */
      readonly line: string;
    }
  /** A resource was changed, and was seen to be as it should by another look. */
  | {
      readonly kind: 'changed';
      readonly host: string;
      readonly playbook: string;
      readonly stage: string;
      /** The resource: its kind, and what tells it from others of that kind. */
      readonly resource: string;
      /** What of it was changed. */
      readonly changes: readonly Change[];
    }
  /** The run waits: something has to hold before it goes on, and does not hold yet. */
  | {
      readonly kind: 'gate-waiting';
      /** The host that is asked whether it holds. */
      readonly host: string;
      /** What has to hold. */
      readonly title: string;
      /** What does not hold, or is not told, in words. */
      readonly reason: string;
    }
  /** What was started on a host goes on by itself; sent where the progress has changed. */
  | {
      readonly kind: 'settling';
      readonly host: string;
      readonly resource: string;
      /** How far it is, a line a part. */
      readonly progress: readonly string[];
    }
  /** All hosts have ended a stage. */
  | { readonly kind: 'stage-finished'; readonly playbook: string; readonly stage: string }
  /** The run has ended, well or not. */
  | {
      readonly kind: 'run-finished';
      /** How many changes were made and seen to hold, on all hosts. */
      readonly changes: number;
      /** What it has come to on each host. */
      readonly hosts: readonly HostSummary[];
      readonly milliseconds: number;
      /** It ended before its end: changes that were under way are not counted. */
      readonly interrupted: boolean;
    }
  /** A person's command begins on a host, secrets masked. */
  | { readonly kind: 'command-started'; readonly host: string; readonly command: string }
  /** A person's command has printed a line, secrets masked. */
  | {
      readonly kind: 'command-output';
      readonly host: string;
      /** Where it was printed. */
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  /** A person's command has ended by itself. */
  | {
      readonly kind: 'command-finished';
      readonly host: string;
      /** What it ended with; 128 and more: by a signal. */
      readonly exitCode: number;
      readonly milliseconds: number;
    }
  /** What was made is looked at from this machine, as a client would. */
  | { readonly kind: 'outside-started'; readonly hosts: readonly string[] }
  /** That look waits for a host. */
  | {
      readonly kind: 'outside-waiting';
      readonly host: string;
      /** What is waited for, in words. */
      readonly reason: string;
    }
  /** What was seen from this machine. */
  | {
      readonly kind: 'outside';
      /** What was seen of each host. Those of the mail stack have the fields of `FrontAnswer` as well. */
      readonly fronts: readonly OutsideAnswer[];
    };

export type Emit = (event: Event) => void;
