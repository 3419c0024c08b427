import { type Cell, FLEETS, KEY, SIZES, WAYS } from './cells.ts';
import { type FleetResult, THINGS } from './fleet.ts';
import type { Figures, Result } from './result.ts';

const OURS = 'provision';
const FLOOR = 'ssh, the same probes';

type Row = readonly string[];

/** A table as Markdown has it, its columns as wide as what they hold. */
export function markdown([head = [], ...rows]: readonly Row[]): string {
  const widths = head.map((_, index) =>
    Math.max(2, ...[head, ...rows].map((row) => (row[index] ?? '').length)),
  );
  const line = (row: Row) =>
    `| ${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

const seconds = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const times = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)}×`;
const same = (one: Cell, other: Cell) =>
  one.work === other.work && one.hosts === other.hosts && one.rtt === other.rtt;

/** One cell: what each peer takes, and how often as much as ours. */
function costs(results: readonly Result[], cell: Cell, of: (result: Result) => Figures | undefined): string {
  const here = results.filter((result) => same(result, cell) && of(result) !== undefined);
  const ours = here.find(({ peer }) => peer === OURS);
  const rows = here.map((result): Row => {
    const figures = of(result) as Figures;
    const base = ours === undefined ? Number.NaN : (of(ours) as Figures).seconds;
    return [
      result.peer,
      seconds(figures.seconds),
      times(figures.seconds / base),
      seconds(figures.cpu),
      (figures.memory / 2 ** 20).toFixed(0),
      (figures.connections / cell.hosts).toFixed(0),
      (figures.execs / cell.hosts).toFixed(0),
      String(figures.runs),
    ];
  });
  const head = ['', 'seconds', 'ratio', 'CPU s', 'MB', 'connections a host', 'execs a host', 'runs'];
  return markdown([head, ...rows]);
}

/** Seconds with nothing to do, along one direction. */
function growth(
  results: readonly Result[],
  name: string,
  values: readonly number[],
  at: (value: number) => Cell,
): string {
  const peers = [...new Set(results.map(({ peer }) => peer))];
  const rows = peers.map((peer): Row => {
    const figures = values.map(
      (value) => results.find((result) => result.peer === peer && same(result, at(value)))?.again.seconds,
    );
    const [first] = figures;
    const last = figures.at(-1);
    const span = (values.at(-1) ?? 0) - (values[0] ?? 0);
    const slope =
      first === undefined || last === undefined ? '–' : (((last - first) / span) * 1000).toFixed(1);
    return [peer, ...figures.map((value) => (value === undefined ? '–' : seconds(value))), slope];
  });
  return markdown([[name, ...values.map(String), 'ms for one more'], ...rows]);
}

/** What was to be reached, and what is. */
function targets(results: readonly Result[], fleets: readonly FleetResult[]): string {
  const again = (peer: string, cell: Cell) =>
    results.find((result) => result.peer === peer && same(result, cell))?.again.seconds ?? Number.NaN;
  const [least = 0, most = 0] = [SIZES[0], SIZES.at(-1)];
  const beyond = (work: number) => again(OURS, { ...KEY, work }) - again(FLOOR, { ...KEY, work });
  const largest = fleets.find(({ hosts }) => hosts === 1000);
  const rows: readonly (readonly [string, number, 'at most' | 'at least', number])[] = [
    ['times the floor (ssh, the same probes)', again(OURS, KEY) / again(FLOOR, KEY), 'at most', 1.5],
    ['times faster than Ansible', again('Ansible', KEY) / again(OURS, KEY), 'at least', 50],
    [
      'times faster than Ansible with mitogen',
      again('Ansible, mitogen', KEY) / again(OURS, KEY),
      'at least',
      10,
    ],
    [`beyond the probes, ${most} things to ${least}`, beyond(most) / beyond(least), 'at most', 1.5],
    ['seconds for 1000 simulated hosts', largest?.seconds ?? Number.NaN, 'at most', 60],
    ['MB for 1000 simulated hosts', (largest?.memory ?? Number.NaN) / 2 ** 20, 'at most', 600],
  ];
  return markdown([
    ['target', 'is', 'wanted', ''],
    ...rows
      .filter(([, is]) => !Number.isNaN(is))
      .map(([what, is, bound, wanted]): Row => {
        const reached = bound === 'at most' ? is <= wanted : is >= wanted;
        return [what, is.toFixed(2), `${bound} ${wanted}`, reached ? 'reached' : 'missed'];
      }),
  ]);
}

/** Where the limits of this machine are, with hosts that answer at once. */
function simulated(fleets: readonly FleetResult[]): string {
  const rows = fleets.map(
    ({ hosts, seconds: wall, cpu, memory }): Row => [
      String(hosts),
      seconds(wall),
      ((cpu / hosts) * 1000).toFixed(0),
      (memory / 2 ** 20).toFixed(0),
      (memory / hosts / 2 ** 20).toFixed(2),
    ],
  );
  return markdown([['simulated hosts', 'seconds', 'CPU ms a host', 'MB', 'MB a host'], ...rows]);
}

export function report(results: readonly Result[], fleets: readonly FleetResult[]): string {
  const key = `${KEY.work} things on ${KEY.hosts} hosts, ${KEY.rtt} ms away`;
  return [
    `Nothing to do: ${key}\n\n${costs(results, KEY, ({ again }) => again)}`,
    `From nothing: ${key}\n\n${costs(results, KEY, ({ first }) => first)}`,
    `Nothing to do, by the number of things (seconds)\n\n${growth(results, 'things', SIZES, (work) => ({ ...KEY, work }))}`,
    `Nothing to do, by the number of hosts (seconds)\n\n${growth(results, 'hosts', FLEETS, (hosts) => ({ ...KEY, hosts }))}`,
    `Nothing to do, by the way to them (seconds; ms)\n\n${growth(results, 'round trip', WAYS, (rtt) => ({ ...KEY, rtt }))}`,
    `Nothing to do, simulated hosts of ${THINGS} things\n\n${simulated(fleets)}`,
    `Targets\n\n${targets(results, fleets)}`,
  ].join('\n\n');
}
