import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import site from '../../playbooks/site.ts';
import { clusterOf } from '../../src/engine/index.ts';
import { loadInventory } from '../../src/inventory/index.ts';
import { fixedKeysOf } from './keys.ts';

const FILE = fileURLToPath(new URL('../../inventory/prod.yaml', import.meta.url));
const text = readFileSync(FILE, 'utf8');

/** Every mistake of an inventory, with its line. */
function mistakes(source: string): readonly { line: number; message: string }[] {
  const { inventory, problems, source: document } = loadInventory(source, 'prod.yaml', site);
  if (inventory === undefined) return problems;
  return site.flatMap((playbook) =>
    playbook
      .validate(clusterOf(inventory, playbook))
      .map(({ path, message }) => document.problem(path, message)),
  );
}

const keys = fixedKeysOf(text);

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
