import type { Started } from '../../lab/programs.ts';
import { markdown } from '../report.ts';
import type { Times } from './stage-times.ts';

export interface SiteResult {
  readonly first: Times;
  /** What each node takes of the processor when nobody asks it anything. */
  readonly idle: readonly number[];
  /** With nothing to do: medians. */
  readonly nothing: readonly {
    readonly peer: string;
    readonly runs: number;
    readonly seconds: number;
    /** Seconds of this machine's processor, and of each node's. */
    readonly cpu: number;
    readonly nodes: readonly number[];
  }[];
  readonly programs: Readonly<Record<'plan' | 'run', Started>>;
  readonly oneValue: Times;
}

const FLOOR = 'ssh, all asked once';
const tenths = (value: number) => value.toFixed(1);

function nothing({ nothing: peers }: SiteResult): string {
  const floor = peers.find(({ peer }) => peer === FLOOR)?.seconds ?? Number.NaN;
  return markdown([
    ['nothing to do', 'seconds', 'ratio', 'CPU s here', 'CPU s of the nodes', 'runs'],
    ...peers.map(({ peer, seconds, cpu, nodes, runs }) => [
      peer,
      tenths(seconds),
      (seconds / floor).toFixed(2),
      cpu.toFixed(2),
      nodes.map(tenths).join(' / '),
      String(runs),
    ]),
  ]);
}

function programs({ programs: { plan, run } }: SiteResult): string {
  const [names = []] = Object.values(plan).map((started) => Object.keys(started));
  const row = (what: string, [node, started]: [string, Readonly<Record<string, number>>]) => [
    `${what}, ${node}`,
    ...names.map((name) => String(started[name])),
  ];
  return markdown([
    ['programs that are started', ...names],
    ...Object.entries(plan).map((each) => row('plan', each)),
    ...Object.entries(run).map((each) => row('run', each)),
  ]);
}

const times = (what: string, { whole, stages, purposes, looks }: Times): string =>
  markdown([
    [what, 'seconds'],
    ['all', tenths(whole)],
    ...stages.map(([stage, seconds]) => [stage, tenths(seconds)]),
    ...Object.entries(purposes).map(([purpose, seconds]) => [`while ${purpose} ran`, tenths(seconds)]),
    ['looks at a host', String(looks)],
  ]);

export function siteReport(result: SiteResult): string {
  return [
    nothing(result),
    `Idle, each node takes ${result.idle.map((share) => `${(share * 100).toFixed(0)} %`).join(' / ')} of a processor.`,
    programs(result),
    times('first run', result.first),
    times('one value changed', result.oneValue),
  ].join('\n\n');
}
