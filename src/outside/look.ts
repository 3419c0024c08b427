import { askToRelay, type Dial } from './attempt.ts';
import { type DeliveryAnswer, deliver, type Sending } from './delivery.ts';
import { dialTo } from './dial.ts';
import type { FrontAnswer } from './front.ts';
import { clientNameFor } from './identity.ts';
import { askLogins, type LoginAnswer, untried } from './login.ts';
import { askService, type ServiceAnswer } from './service.ts';
import type { MailCheck } from './want.ts';

/** How the fronts are looked at. */
export interface HowToLook {
  /** Seconds that greylisting is waited for in all; 0: not at all. */
  readonly greylisting: number;
  /** Told what is waited for. */
  readonly tell: (host: string, waits: string) => void;
  readonly reach: (address: string) => Dial;
  /** By which name this machine goes to an address. */
  readonly name: (address: string) => Promise<string>;
  readonly pause?: Sending['pause'];
  /** Ends a wait for greylisting. */
  readonly stop: AbortSignal;
}

const LOOKING: HowToLook = {
  greylisting: 0,
  tell: () => undefined,
  reach: dialTo,
  name: clientNameFor,
  stop: new AbortController().signal,
};

const SILENT: DeliveryAnswer = {
  result: 'untried',
  said: 'port 25 does not answer this machine; look from another network with: provision check',
  seconds: undefined,
  waited: 0,
};

interface Reached {
  readonly host: string;
  readonly address: string;
  readonly dial: Dial;
  readonly client: string;
  readonly services: readonly ServiceAnswer[];
}

const answers = ({ services }: Reached, wanted: number) =>
  services.some(({ port, banner }) => port === wanted && banner !== '');

/** Looks at every front, each on its own but for the logins. */
export async function lookAtFronts(
  check: MailCheck,
  how: Partial<HowToLook> = {},
): Promise<readonly FrontAnswer[]> {
  const looking = { ...LOOKING, ...how };
  const reached = await Promise.all(
    check.fronts.map(async ({ host, address }): Promise<Reached> => {
      const dial = looking.reach(address);
      const client = await looking.name(address);
      const services = await Promise.all(
        check.services.map((service) => askService(service, check.hostname, dial, client)),
      );
      return { host, address, dial, client, services };
    }),
  );
  const logins = await logIn(check, reached);
  return Promise.all(
    reached.map((front, index) => lookAtMail(check, front, logins[index] ?? untried(''), looking)),
  );
}

/** One front after the other: a password that one refuses is told to no other, which would be one more failed login. */
async function logIn(check: MailCheck, fronts: readonly Reached[]): Promise<readonly LoginAnswer[]> {
  const logins: LoginAnswer[] = [];
  for (const front of fronts) {
    const refused = logins.find(({ result }) => result === 'refused');
    logins.push(
      refused !== undefined
        ? untried('the password is refused already')
        : check.services.some(({ port }) => port === 993) && !answers(front, 993)
          ? untried('port 993 does not answer')
          : await askLogins(check, front.client, front.dial),
    );
  }
  return logins;
}

async function lookAtMail(
  check: MailCheck,
  front: Reached,
  login: LoginAnswer,
  { greylisting, tell, pause, stop }: HowToLook,
): Promise<FrontAnswer> {
  const { host, address, dial, client, services } = front;
  const { domain, hostname, tlsOnly, remarks } = check;
  const seen = { host, address, services, remarks, login };
  // Many networks let nobody out on port 25: a wait for each way would tell no more than one.
  if (!answers(front, 25)) return { ...seen, relay: [], delivery: SILENT };
  const relay = await askToRelay({ address, domain, hostname, client, tlsOnly }, check.services, dial);
  const delivery = await deliver(check, dial, {
    client,
    readable: login.result === 'accepted',
    greylisting,
    tell: (waits) => tell(host, waits),
    stop,
    ...(pause === undefined ? {} : { pause }),
  });
  return { ...seen, relay, delivery };
}
