export { askToRelay, type Dial, type RelayAnswer } from './attempt.ts';
export { checkOutside, type FrontAnswer, isOpenRelay, type Looking } from './check.ts';
export type { DeliveryAnswer } from './delivery.ts';
export { dialTo } from './dial.ts';
export { ENOUGH } from './greylisting.ts';
export type { LoginAnswer } from './login.ts';
export { type RelayAttempt, relayAttempts } from './relay.ts';
export type { ServiceAnswer } from './service.ts';
export type { OutsideCheck, Service } from './want.ts';
