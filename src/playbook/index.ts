export { type Answer, type Enquiry, enquire, isEnquiry } from './enquiry.ts';
export {
  type Ahead,
  type Cluster,
  type Consent,
  type Fact,
  type FactAbout,
  type Host,
  type HostIdentity,
  isReached,
  type Pasted,
  type ReachedHost,
} from './host.ts';
export { checkImports } from './imports.ts';
export { loadPlaybooks, oneOfEachName, type Provided } from './load.ts';
export type { Looking, OutsideAnswer, OutsideCheck } from './outside-check.ts';
export { definePlaybook, type Mistake, type Playbook } from './playbook.ts';
export { type AskedStage, type Gate, type Gates, gatesOf, type Rolling, type Stage } from './stage.ts';
export type { StatusTable } from './status-table.ts';
export { type Command, type Denied, isDenied, type LogRequest, type Removal } from './verb.ts';
