import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { NODES, type Tree } from '../../lab/harness.ts';
import { down, exec } from '../../lab/lab.ts';
import { bareMailNodes, mailInventory } from '../../lab/mail.ts';
import { nodeNamed } from '../../lab/node.ts';
import { countingPrograms } from '../../lab/programs.ts';
import { LabError } from '../../lab/shell.ts';
import { paths } from '../../lab/state.ts';
import { type Command, type Measured, measure } from '../measure.ts';
import { median } from '../result.ts';
import { askedOf } from './asked.ts';
import { NodesCpu } from './nodes-cpu.ts';
import { provision, sitePeers } from './peers.ts';
import { type SiteResult, siteReport } from './report.ts';
import { timesOf } from './stage-times.ts';

/**
 * `npm run bench -- --site`: the site of a user, with GlusterFS, resolver and Mailu, on three nodes of the lab. Its first run, runs with nothing
 * to do beside plain ssh, the programs that they start, and one value of one service changed.
 */
const { values } = parseArgs({
  options: {
    site: { type: 'boolean' },
    json: { type: 'string', default: 'bench-site.json' },
    rounds: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const PROGRAMS = ['docker', 'gluster', 'systemctl'];
const say = (text: string) => console.error(text);
const folder = mkdtempSync(join(tmpdir(), 'provision-bench-'));
const logs = join(folder, 'provision/lab');
const nodes = NODES.map(nodeNamed);

async function done(command: Command): Promise<Measured> {
  const measured = await measure(command);
  if (measured.code !== 0)
    throw new LabError(
      `${command.argv.join(' ')} failed (${measured.code}):\n${measured.stdout.slice(-3000)}\n${measured.stderr.slice(-3000)}`,
    );
  return measured;
}

/** The same inventory with another value of one service. */
function oneValueChanged(file: string): string {
  const tree = parse(readFileSync(file, 'utf8')) as Tree;
  tree.mailu = { ...(tree.mailu as Tree), variables: { COMPRESSION: 'gz' } };
  const other = join(folder, 'changed.yaml');
  writeFileSync(other, stringify(tree));
  return other;
}

async function measured(): Promise<SiteResult> {
  await bareMailNodes();
  const file = mailInventory((mailu) => {
    mailu.webmail = 'roundcube';
  });
  await done(provision(folder, file, '--yes'));
  const first = timesOf(logs);
  say(`first run: ${first.whole.toFixed(0)} s`);
  // What waits, as copies that heal and services that have just begun, is over.
  await done(provision(folder, file, '--yes'));
  const asked = await askedOf(file);
  const key = readFileSync(`${paths.identity}.pub`, 'utf8');
  for (const { name } of nodes)
    await exec(name, 'mkdir -p -m 700 /root/.ssh && cat >>/root/.ssh/authorized_keys', key);
  const cpu = await NodesCpu.of(nodes);
  const peers = sitePeers(file, { folder, nodes, asked });
  const samples = new Map(peers.map(({ name }) => [name, [] as (Measured & { nodes: readonly number[] })[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command, saysNothingToDo } of peers) {
      const { result, cpu: taken } = await cpu.during(() => done(command));
      if (!saysNothingToDo(result.stdout))
        throw new LabError(`${name} found something to do:\n${result.stdout}`);
      // The first round writes down the keys of the hosts.
      if (round > 0) samples.get(name)?.push({ ...result, nodes: taken });
    }
    say(`round ${round} of ${rounds}`);
  }
  const counted = async (...words: readonly string[]) =>
    (await countingPrograms(NODES, PROGRAMS, () => done(provision(folder, ...words)))).started;
  const programs = { plan: await counted('plan', file), run: await counted(file, '--yes') };
  await done(provision(folder, oneValueChanged(file), '--yes'));
  return {
    first,
    idle: cpu.idle,
    nothing: peers.map(({ name }) => {
      const all = samples.get(name) ?? [];
      return {
        peer: name,
        runs: all.length,
        seconds: median(all.map(({ seconds }) => seconds)),
        cpu: median(all.map((one) => one.cpu)),
        nodes: nodes.map((_, index) => median(all.map((one) => one.nodes[index] ?? Number.NaN))),
      };
    }),
    programs,
    oneValue: timesOf(logs),
  };
}

try {
  const result = await measured();
  writeFileSync(values.json, JSON.stringify({ date: new Date().toISOString(), ...result }, null, 1));
  console.log(siteReport(result));
} finally {
  if (!values.keep) await down();
}
