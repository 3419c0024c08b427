import type { StatusTable } from '../playbook/index.ts';
import { type FrontAnswer, isOpenRelay } from './front.ts';

/** What is wrong with a front, each in a line. */
export function problemsOf({ services, relay, login, delivery }: FrontAnswer): readonly string[] {
  const relayed = relay.filter(({ result }) => result === 'relayed');
  const unknown = relay.filter(({ result }) => result === 'unknown');
  return [
    ...relayed.map(({ name, said }) => `AN OPEN RELAY: it passes mail on, asked ${name} (${said})`),
    ...(login.wrong?.result === 'accepted'
      ? [`ANYBODY CAN LOG IN, and send to everybody: port 465 took a wrong password (${login.wrong.said})`]
      : []),
    ...services.flatMap(({ port, protocol, problem }) =>
      problem === undefined ? [] : [`port ${port} (${protocol}): ${problem}`],
    ),
    ...(unknown.length === 0
      ? []
      : [`whether it relays could not be told in ${unknown.length} ways: ${unknown[0]?.said}`]),
    ...(login.result === 'refused' || login.result === 'failed' ? [`logins: ${login.said}`] : []),
    ...(login.wrong?.result === 'unknown'
      ? [`logins: what a wrong password does could not be told: ${login.wrong.said}`]
      : []),
    ...(delivery.result === 'failed' ? [`mail: ${delivery.said}`] : []),
    ...(delivery.result === 'untried' ? [`relaying and mail were not tried: ${delivery.said}`] : []),
    ...(delivery.result === 'deferred' ? [`mail: put off for now (${delivery.said})`] : []),
    ...(delivery.result === 'greylisted' && delivery.waited > 0
      ? [`mail: still put off by greylisting after ${minutes(delivery.waited)} (${delivery.said})`]
      : []),
  ];
}

/** What is as it should be. */
export function meritsOf(front: FrontAnswer): readonly string[] {
  const { relay, login, delivery } = front;
  const refused = relay.filter(({ result }) => result === 'refused').length;
  const waited = delivery.waited === 0 ? '' : `, after greylisting of ${minutes(delivery.waited)}`;
  return [
    ...(refused === 0 || isOpenRelay(front)
      ? []
      : [`relaying: refused, asked in ${refused} ${refused === 1 ? 'way' : 'ways'}`]),
    ...(login.result === 'accepted'
      ? [`logins: ${login.said}${login.wrong?.result === 'refused' ? '; a wrong password is refused' : ''}`]
      : []),
    ...(delivery.result === 'read' ? [`mail: ${delivery.said} after ${delivery.seconds} s${waited}`] : []),
    ...(delivery.result === 'taken'
      ? [`mail: ${delivery.said}${waited}; whether it arrived was not read`]
      : []),
  ];
}

/** What is neither: what was not looked at, and what a person should know. */
export function notesOf({ remarks, login, delivery }: FrontAnswer): readonly string[] {
  return [
    ...remarks,
    ...(login.result === 'untried' ? [`logins: not tried: ${login.said}`] : []),
    ...(delivery.result === 'greylisted' && delivery.waited === 0
      ? [
          `mail: put off by greylisting (${delivery.said}), as a server does with senders that it does not know yet; to wait until it is taken: provision check`,
        ]
      : []),
  ];
}

const minutes = (seconds: number) => `${Math.round(seconds / 60)} min`;

/** What its ports answer. */
export function portsTable({ host, address, services }: FrontAnswer): StatusTable {
  return {
    title: `From outside: ${host} (${address})`,
    columns: ['PORT', 'SERVES', 'CERTIFICATE', 'ANSWER'],
    rows: services.map(({ port, protocol, certificate, banner, problem }) => [
      String(port),
      protocol,
      certificate ?? '',
      problem === undefined ? banner.slice(0, 27) : 'see below',
    ]),
  };
}
