export { clusterNow } from './cluster-now.ts';
export { type Agreement, converge, exitCodeOf, type Outcome } from './converge.ts';
export { answer } from './enquire.ts';
export type { Emit, Event, HostSummary, Purpose } from './events.ts';
export { type Execution, execute } from './execute.ts';
export { factsByName } from './facts.ts';
export { NotSettled, StepFailed } from './failures.ts';
export { inspect } from './inspect.ts';
export {
  changesOf,
  countChanges,
  type HostFailure,
  hasWork,
  isRefused,
  type Plan,
  type PlanItem,
  type PlanStage,
} from './plan.ts';
export { connect, type Prepared, prepare } from './prepare.ts';
export type { Run } from './run.ts';
export { RunLock } from './run-lock.ts';
export type { RunOptions } from './run-options.ts';
export { clusterOf, type OnHost } from './sections.ts';
export type { Session } from './session.ts';
export { tryStages } from './try-stages.ts';
