import type { Finding } from '../errors/index.ts';
import type { FrontAnswer } from '../outside/index.ts';
import type { Change } from '../resource/index.ts';
import type { Plan } from './plan.ts';

/** What an exec was for. */
export type Purpose = 'facts' | 'observe' | 'lock' | 'apply' | 'gate' | 'settle' | 'enquiry';

export interface HostSummary {
  readonly host: string;
  /** Whether the run might change it. */
  readonly selected: boolean;
  readonly changed: number;
  readonly result: 'ok' | 'changed' | 'failed' | 'unreachable';
  /** Its commands were begun and not proven: what is counted is not all that may be changed. */
  readonly begun?: boolean;
}

/** All that happens in a run. The engine prints nothing: it emits these, and a renderer shows them. */
export type Event =
  | { readonly kind: 'run-started'; readonly cluster: string; readonly hosts: readonly string[] }
  | { readonly kind: 'host-connected'; readonly host: string; readonly milliseconds: number }
  | { readonly kind: 'host-failed'; readonly host: string; readonly error: unknown }
  | { readonly kind: 'exec'; readonly host: string; readonly purpose: Purpose; readonly milliseconds: number }
  | { readonly kind: 'finding'; readonly finding: Finding }
  /** The run takes the lock of these hosts, and looks again with it in hand. */
  | { readonly kind: 'locking'; readonly hosts: readonly string[] }
  | { readonly kind: 'locked' }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | {
      readonly kind: 'stage-started';
      readonly playbook: string;
      readonly stage: string;
      readonly hosts: readonly string[];
    }
  | {
      readonly kind: 'step-started';
      readonly host: string;
      readonly title: string;
      /** The text that is run, secrets masked. */
      readonly command: string;
      readonly number: number;
      readonly of: number;
    }
  | { readonly kind: 'step-output'; readonly host: string; readonly line: string }
  | {
      readonly kind: 'changed';
      readonly host: string;
      readonly playbook: string;
      readonly stage: string;
      readonly resource: string;
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'gate-waiting'; readonly host: string; readonly title: string; readonly reason: string }
  /** What was started on a host goes on by itself; sent where the progress has changed. */
  | {
      readonly kind: 'settling';
      readonly host: string;
      readonly resource: string;
      readonly progress: readonly string[];
    }
  | { readonly kind: 'stage-finished'; readonly playbook: string; readonly stage: string }
  | {
      readonly kind: 'run-finished';
      readonly changes: number;
      readonly hosts: readonly HostSummary[];
      readonly milliseconds: number;
      /** It ended before its end: changes that were under way are not counted. */
      readonly interrupted: boolean;
    }
  /** A person's command begins on a host, secrets masked. */
  | { readonly kind: 'command-started'; readonly host: string; readonly command: string }
  | {
      readonly kind: 'command-output';
      readonly host: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  | {
      readonly kind: 'command-finished';
      readonly host: string;
      readonly code: number;
      readonly milliseconds: number;
    }
  /** What was made is looked at from this machine, as a client would. */
  | { readonly kind: 'outside-started'; readonly hosts: readonly string[] }
  | { readonly kind: 'outside-waiting'; readonly host: string; readonly reason: string }
  | { readonly kind: 'outside'; readonly fronts: readonly FrontAnswer[] };

export type Emit = (event: Event) => void;
