import type { RelayAnswer } from './attempt.ts';
import type { DeliveryAnswer } from './delivery.ts';
import type { LoginAnswer } from './login.ts';
import type { ServiceAnswer } from './service.ts';

/** What was seen of one front. */
export interface FrontAnswer {
  /** The host of the front, by its name in the inventory. */
  readonly host: string;
  /** The address that it was asked at. */
  readonly address: string;
  /** What each of its ports says. */
  readonly services: readonly ServiceAnswer[];
  /** What a person should know of what was asked, and of what was not, in words. */
  readonly remarks: readonly string[];
  /** What it answered to each way of asking it to pass on mail of strangers. */
  readonly relay: readonly RelayAnswer[];
  /** What it answered to a login. */
  readonly login: LoginAnswer;
  /** What became of a message. */
  readonly delivery: DeliveryAnswer;
}

/** Whether a front passes mail of strangers on, or lets anybody in who then may send. */
export const isOpenRelay = ({ relay, login }: FrontAnswer) =>
  relay.some(({ result }) => result === 'relayed') || login.wrong?.result === 'accepted';
