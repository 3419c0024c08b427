import { connect } from 'node:net';
import { askToRelay, type Dial, type RelayAnswer } from './attempt.ts';
import { type DeliveryAnswer, deliver } from './delivery.ts';
import { askService, type ServiceAnswer } from './service.ts';
import type { OutsideCheck } from './want.ts';

/** What was seen of one front. */
export interface FrontAnswer {
  readonly host: string;
  readonly address: string;
  readonly services: readonly ServiceAnswer[];
  readonly relay: readonly RelayAnswer[];
  readonly delivery: DeliveryAnswer;
}

const CONNECT = 10_000;

const UNTRIED: DeliveryAnswer = {
  result: 'untried',
  said: 'port 25 does not answer this machine; look from another network with: provision check',
  seconds: undefined,
};

/** Connects from this machine, over the network, as any client would. */
export const dialTo =
  (address: string): Dial =>
  (port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address, port });
      const timer = setTimeout(
        () => socket.destroy(new Error(`no connection within ${CONNECT / 1000} s`)),
        CONNECT,
      );
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(socket);
      });
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });

/** Looks at every front, each on its own. */
export function checkOutside(check: OutsideCheck): Promise<readonly FrontAnswer[]> {
  return Promise.all(
    check.fronts.map(async ({ host, address }): Promise<FrontAnswer> => {
      const dial = dialTo(address);
      const services = await Promise.all(
        check.services.map((service) => askService(service, check.hostname, dial)),
      );
      // Many networks let nobody out on port 25: 27 waits would tell no more than one.
      const silent = services.some(({ port, banner }) => port === 25 && banner === '');
      if (silent) return { host, address, services, relay: [], delivery: UNTRIED };
      const { domain, hostname } = check;
      const relay = await askToRelay({ address, domain, hostname }, check.services, dial);
      return { host, address, services, relay, delivery: await deliver(check, dial) };
    }),
  );
}

/** Whether a front passes mail of strangers on. */
export const isOpenRelay = ({ relay }: FrontAnswer) => relay.some(({ result }) => result === 'relayed');
