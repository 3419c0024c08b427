export { askToRelay, type Dial, type RelayAnswer } from './attempt.ts';
export { checkOutside, dialTo, type FrontAnswer, isOpenRelay } from './check.ts';
export type { DeliveryAnswer } from './delivery.ts';
export { type RelayAttempt, relayAttempts } from './relay.ts';
export type { ServiceAnswer } from './service.ts';
export type { OutsideCheck, Service } from './want.ts';
