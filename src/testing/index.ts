/** What tests of one's own playbooks and kinds may import. */
export type { CaseFile } from './case-file.ts';
export { type Case, type CaseOptions, casesOf } from './cases.ts';
export { type Expectation, FakeTransport } from './fake-transport.ts';
export { type Outcome, type OutcomeOptions, outcomeOf } from './outcome.ts';
