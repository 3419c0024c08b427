import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import site from '../../playbooks/site.ts';
import { viewOf } from '../../src/engine/index.ts';
import { loadInventory } from '../../src/inventory/index.ts';

const FILE = fileURLToPath(new URL('../../inventory/prod.yaml', import.meta.url));
const text = readFileSync(FILE, 'utf8');

/** Keys that are names of a person's own choice: any other is as good. */
const OWN_NAMES = [
  /^hosts\.[^.]+$/,
  /^groups\.[^.]+$/,
  /^secrets\.[^.]+$/,
  /\.labels\.[^.]+$/,
  /^docker\.settings\./,
];

interface Key {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

function keysOf(source: string): readonly Key[] {
  const counter = new LineCounter();
  const found: Key[] = [];
  visit(parseDocument(source, { lineCounter: counter }), {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range == null) return;
      const above = ancestors.flatMap((node) =>
        'key' in node && isScalar(node.key) && !isMap(node) ? [String(node.key.value)] : [],
      );
      const [from, to] = pair.key.range;
      found.push({
        path: [...above, String(pair.key.value)].join('.'),
        from,
        to,
        line: counter.linePos(from).line,
      });
    },
  });
  return found;
}

/** Every mistake of an inventory, with its line. */
function mistakes(source: string): readonly { line: number; message: string }[] {
  const { inventory, problems, source: document } = loadInventory(source, 'prod.yaml', site);
  if (inventory === undefined) return problems;
  return site.flatMap((playbook) =>
    playbook.check(viewOf(inventory, playbook)).map(({ path, message }) => document.problem(path, message)),
  );
}

const keys = keysOf(text).filter(({ path }) => !OWN_NAMES.some((pattern) => pattern.test(path)));

test('the example has no mistake', () => {
  expect(mistakes(text)).toEqual([]);
});

test('every key of the example, misspelt, is refused at its own line, and near ones are named', () => {
  const missed: string[] = [];
  let named = 0;
  for (const { path, from, to, line } of keys) {
    const misspelt = `${text.slice(0, to)}q${text.slice(to)}`;
    const found = mistakes(misspelt).filter((problem) => problem.line === line);
    if (found.length === 0) missed.push(`${line}: ${path}`);
    if (found.some(({ message }) => message.includes(`did you mean \`${text.slice(from, to)}\``))) named++;
  }
  process.stdout.write(
    `figure  misspelt keys refused at their own line: ${keys.length - missed.length} of ${keys.length}, ${named} with the right word\n`,
  );
  expect(missed).toEqual([]);
});
