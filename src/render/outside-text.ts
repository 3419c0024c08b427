import { type FrontAnswer, isOpenRelay } from '../outside/index.ts';
import { count } from './plan-text.ts';
import type { Style } from './style.ts';
import { tableText } from './table.ts';

/** What is wrong with a front, each in a line. */
export function frontProblems({ services, relay, delivery }: FrontAnswer): readonly string[] {
  const relayed = relay.filter(({ result }) => result === 'relayed');
  const unknown = relay.filter(({ result }) => result === 'unknown');
  return [
    ...relayed.map(({ name, said }) => `AN OPEN RELAY: it passes mail on, asked ${name} (${said})`),
    ...services.flatMap(({ port, protocol, problem }) =>
      problem === undefined ? [] : [`port ${port} (${protocol}): ${problem}`],
    ),
    ...(unknown.length === 0
      ? []
      : [`whether it relays could not be told in ${unknown.length} ways: ${unknown[0]?.said}`]),
    ...(delivery.result === 'failed' ? [`mail: ${delivery.said}`] : []),
    ...(delivery.result === 'untried' ? [`relaying and mail were not tried: ${delivery.said}`] : []),
    ...(delivery.result === 'deferred' ? [`mail: put off for now (${delivery.said})`] : []),
  ];
}

/** A front as an outsider sees it. */
export function outsideText(fronts: readonly FrontAnswer[], c: Style): readonly string[] {
  return fronts.flatMap((front) => {
    const { host, address, services, relay, delivery } = front;
    const rows = services.map(({ port, protocol, certificate, banner, problem }) => [
      String(port),
      protocol,
      certificate ?? '',
      problem === undefined ? banner.slice(0, 27) : 'see below',
    ]);
    const title = `From outside: ${host} (${address})`;
    const refused = relay.filter(({ result }) => result === 'refused').length;
    const good = [
      ...(refused === 0 || isOpenRelay(front)
        ? []
        : [`relaying: refused, asked in ${count(refused, 'way')}`]),
      ...(delivery.result === 'read' ? [`mail: ${delivery.said} after ${delivery.seconds} s`] : []),
      ...(delivery.result === 'taken'
        ? [`mail: ${delivery.said}; nobody's password is known to read it`]
        : []),
    ];
    return [
      ...tableText({ title, columns: ['PORT', 'SERVES', 'CERTIFICATE', 'ANSWER'], rows }, c).split('\n'),
      ...good.map((line) => `  ${c.green('ok')}  ${line}`),
      ...frontProblems(front).map((line) => `  ${c.fold(`${c.red('problem')}  ${line}`)}`),
    ];
  });
}
