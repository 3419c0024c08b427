import {
  type Output,
  ProbeError,
  Refusal,
  type Resolve,
  type Resource,
  type Restart,
  type Settling,
  type Step,
} from '../resource/index.ts';
import type { Script } from '../shell/index.ts';

/** What a resource makes of an answer, for people: secrets in its scripts are masked. What it does not say is left out. */
export interface Outcome {
  readonly probe: string;
  /** Why nothing can be told yet. */
  readonly unobservable?: string;
  /** Why it could not look. */
  readonly error?: string;
  readonly refused?: string;
  readonly fix?: readonly string[];
  readonly changes?: readonly unknown[];
  readonly steps?: readonly {
    readonly title: string;
    readonly script: string;
    readonly reboots?: Step['reboots'];
  }[];
  readonly writes?: readonly string[];
  readonly restarts?: readonly Restart[];
  readonly lasting?: readonly string[];
  readonly settling?: Settling;
}

export interface OutcomeOptions {
  /** Paths that resources before it are about to write. Default: none. */
  readonly pending?: readonly string[];
  /** Gives what other resources put out. Default: there is none. */
  readonly resolve?: Resolve;
}

/** A script, after the names of what it shares with others: that is put before it. */
function withoutShared(script: Script): string {
  const names = [...script.shared.keys()];
  return `${names.length === 0 ? '' : `# asked once: ${names.join(', ')}\n`}${script.body().shown}`;
}

const nothing: Resolve = (ref) => {
  throw new Error(`no \`resolve\` was given, and ${ref.resource} of ${ref.host} is asked for`);
};

/** Holds a resource against what a host printed, as a run does. */
export function outcomeOf(
  resource: Resource,
  output: Output,
  { pending = [], resolve = nothing }: OutcomeOptions = {},
): Outcome {
  const probe = withoutShared(resource.probe);
  try {
    const judged = resource.judge(output, { paths: new Set(pending) });
    const lasting = judged.lasting.length > 0 ? { lasting: judged.lasting } : {};
    if (judged.state === 'unobservable') return { probe, unobservable: judged.reason, ...lasting };
    return {
      probe,
      changes: judged.changes,
      steps: judged.steps(resolve).map(({ title, script, reboots }) => ({
        title,
        script: withoutShared(script),
        ...(reboots && { reboots }),
      })),
      ...(judged.writes.length > 0 ? { writes: judged.writes } : {}),
      ...(judged.restarts.length > 0 ? { restarts: judged.restarts } : {}),
      ...lasting,
      ...(judged.settling === undefined ? {} : { settling: judged.settling }),
    };
  } catch (error) {
    if (error instanceof ProbeError) return { probe, error: error.message };
    if (error instanceof Refusal)
      return { probe, refused: error.message, fix: error.lines((command) => `on its host: ${command}`) };
    throw error;
  }
}
