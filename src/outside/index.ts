export { askToRelay, type Dial, type RelayAnswer } from './attempt.ts';
export { mailCheck } from './check.ts';
export type { DeliveryAnswer } from './delivery.ts';
export { dialTo } from './dial.ts';
export type { LoginAnswer } from './login.ts';
export { type RelayAttempt, relayAttempts } from './relay.ts';
export type { ServiceAnswer } from './service.ts';
export type { MailCheck, Service } from './want.ts';
