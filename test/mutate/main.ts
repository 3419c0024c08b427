import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { Copy } from './copy.ts';
import { explains, readExplained } from './explained.ts';
import { ImportGraph } from './graph.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import { pick } from './pick.ts';
import { type Counted, line, staleEntries, summary } from './report.ts';
import { Trials, testsFor } from './trial.ts';

interface Arguments {
  readonly count: number;
  readonly seed: number;
  readonly skip: number;
  readonly only?: string;
}

const MUTATED = /^src\/(rules|engine|transport|shell)\/.*\.ts$/;
const UNIT = /^test\/(?!lab\/).*\.test\.ts$/;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXPLAINED = fileURLToPath(new URL('explained.yaml', import.meta.url));

const { count, seed, skip, only } = new Command('mutate')
  .description('Changes the code in a copy, one place at a time, and says which changes no unit test sees.')
  .option('--count <n>', 'how many mutations', Number, 100)
  .option('--seed <n>', 'which ones', Number, 1)
  .option('--skip <n>', 'how many of them were tried before', Number, 0)
  .option('--only <text>', 'those with this in their place, as engine/build.ts:65')
  .parse()
  .opts<Arguments>();

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const explained = readExplained(EXPLAINED);
using copy = new Copy(ROOT);
const graph = new ImportGraph(
  copy.root,
  copy.files.filter((file) => UNIT.test(file)),
);
const all = copy.files.filter((file) => MUTATED.test(file)).map((file) => mutationsOf(file, copy.read(file)));
for (const { file, before } of staleEntries(explained, all.flat()))
  console.log(`explained.yaml has what is not there any more: ${file}: ${before}`);
const named = ({ file, line: at }: Mutation) => `${file}:${at}`.includes(only ?? '');
const picked = pick(
  all.map((mutations) => mutations.filter(named)),
  count,
  seed,
);
console.log(`${picked.length} of ${all.flat().length} mutations, seed ${seed}`);

const trials = new Trials(copy);
await trials.begin();
const counted: Counted[] = [];
for (const [index, mutation] of picked.entries()) {
  if (index < skip) continue;
  const why = explained.find((entry) => explains(entry, mutation))?.why;
  const trial = why === undefined ? await trials.tryOut(mutation, testsFor(mutation.file, graph)) : undefined;
  const result: Counted = { mutation, verdict: trial?.verdict ?? 'explained', by: trial?.by ?? why };
  counted.push(result);
  console.log(`${index + 1}/${picked.length} ${line(result)}`);
}
console.log(summary(counted));
