import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { counted } from '../lab/harness.ts';
import { down } from '../lab/lab.ts';
import type { LabNode } from '../lab/node.ts';
import { LabError } from '../lab/shell.ts';
import type { SshCounts } from '../lab/sshd-log.ts';
import { paths } from '../lab/state.ts';
import { beside } from './beside.ts';
import { beginnings, CELLS, type Cell, FLEETS, isKey, QUICK, rounds, SIMULATED, SLOW } from './cells.ts';
import { type FleetResult, fleet } from './fleet.ts';
import { type Measured, measure } from './measure.ts';
import { benchNodes, reset } from './nodes.ts';
import type { Peer, Reached, Site } from './peers/peer.ts';
import { report } from './report.ts';
import { type Figures, figuresOf, type Result } from './result.ts';
import { workOf } from './work.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string', default: 'bench.json' },
    quick: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    show: { type: 'string' },
  },
});
const say = (text: string) => console.error(text);
const peers = values.quick ? QUICK : [...QUICK, ...SLOW];

/** The hosts of a cell through a proxy that makes the way to them long. */
async function far(
  nodes: readonly LabNode[],
  rtt: number,
): Promise<{ hosts: readonly Reached[]; end: () => void }> {
  const { said: ways, end } = await beside<readonly Omit<Reached, 'name'>[]>('test/bench/delay.ts', [
    rtt,
    ...nodes.map(({ address }) => address),
  ]);
  const hosts = ways.map((way, index) => ({ name: nodes[index]?.name ?? '', ...way }));
  return { hosts, end };
}

interface Sample extends Measured {
  readonly counts: SshCounts;
}

/** Runs a peer once, and counts at the hosts' sshd. */
async function sample(
  peer: Peer,
  site: Site,
  nodes: readonly LabNode[],
  nothingToDo: boolean,
): Promise<Sample> {
  const command = peer.command(site);
  const { result, counts } = await counted(
    nodes.map(({ name }) => name),
    () => measure(command),
  );
  if (result.code !== 0 || (nothingToDo && !peer.saysNothingToDo(result.stdout)))
    throw new LabError(
      `${peer.name} failed (${result.code}):\n${result.stdout.slice(-3000)}\n${result.stderr.slice(-3000)}`,
    );
  const all = Object.values(counts);
  return {
    ...result,
    counts: {
      connections: all.reduce((sum, one) => sum + one.connections, 0),
      execs: all.reduce((sum, one) => sum + one.execs, 0),
    },
  };
}

/** All peers in one cell, round by round, so that what changes on this machine meanwhile meets them alike. */
async function cellResults(cell: Cell, all: readonly LabNode[]): Promise<readonly Result[]> {
  const nodes = all.slice(0, cell.hosts);
  const { hosts, end } = await far(nodes, cell.rtt);
  const folder = mkdtempSync(join(tmpdir(), 'provision-bench-'));
  const siteOf = (peer: Peer): Site => {
    const own = join(folder, String(peers.indexOf(peer)));
    mkdirSync(own, { recursive: true });
    return {
      hosts,
      work: workOf(cell.work),
      folder: own,
      identity: paths.identity,
      knownHosts: join(own, 'known_hosts'),
    };
  };
  const first = new Map<Peer, Sample[]>();
  const again = new Map<Peer, Sample[]>();
  const add = (to: Map<Peer, Sample[]>, peer: Peer, one: Sample) =>
    to.set(peer, [...(to.get(peer) ?? []), one]);
  const taking = peers.filter((peer) => rounds(peer, cell) > 0);
  try {
    for (let round = 0; round < Math.max(...taking.map((peer) => rounds(peer, cell))); round++) {
      for (const peer of taking.filter((each) => round < rounds(each, cell))) {
        const site = siteOf(peer);
        if (peer.changes && round < beginnings(peer, cell)) {
          await reset(nodes);
          add(first, peer, await sample(peer, site, nodes, false));
        }
        add(again, peer, await sample(peer, site, nodes, true));
      }
      say(`${cell.work} things, ${cell.hosts} hosts, ${cell.rtt} ms: round ${round + 1}`);
    }
  } finally {
    end();
  }
  return taking.map((peer) => ({
    peer: peer.name,
    ...cell,
    first: figuresOf(first.get(peer) ?? []),
    again: figuresOf(again.get(peer) ?? []) as Figures,
  }));
}

if (values.show !== undefined) {
  const { results, fleets } = JSON.parse(readFileSync(values.show, 'utf8'));
  console.log(report(results, fleets));
  process.exit();
}
const nodes = await benchNodes(Math.max(...FLEETS));
const results: Result[] = [];
const fleets: FleetResult[] = [];
const keep = () =>
  writeFileSync(values.json, JSON.stringify({ date: new Date().toISOString(), results, fleets }, null, 1));
try {
  for (const cell of values.quick ? CELLS.filter(isKey) : CELLS) {
    results.push(...(await cellResults(cell, nodes)));
    keep();
  }
} finally {
  if (!values.keep) await down();
}
for (const hosts of SIMULATED) {
  fleets.push(await fleet(hosts, 5));
  keep();
}
console.log(report(results, fleets));
