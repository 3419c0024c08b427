export { WHICH_BOOT } from './boot.ts';
export { byName } from './by-name.ts';
export { type Change, compare, type Shown, secretChange } from './change.ts';
export { SCRIPT } from './fixes.ts';
export { inParts } from './in-parts.ts';
export { LOCK, RUN_LOCK } from './lock.ts';
export { atOrigin, callerOf, originOf } from './origin.ts';
export { askPlaybookCode, checkDefinition, runPlaybookCode, WrongAnswer } from './playbook-code.ts';
export { type Output, type Probe, ProbeError, Unobservable } from './probe.ts';
export { isRef, type Ref, type Resolve } from './ref.ts';
export { type Fix, Refusal } from './refusal.ts';
export {
  defineResource,
  type Judgement,
  type Pending,
  type Resource,
  type ResourceFactory,
  type ResourceType,
  type Restart,
  type Settling,
  type Step,
} from './resource.ts';
export { refusingRestart } from './restart-refused.ts';
export { PROBE, RESOURCES, STEPS, TEXTS } from './shapes.ts';
export { WARNING } from './warning.ts';
