import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Names that a file exports by lists, types marked as such. */
function exported(path: string): readonly string[] {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8');
  return [...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, allTypes, list = '']) =>
    list
      .split(',')
      .map((name) => name.trim().replace(/.* as /, (all) => (all.startsWith('type ') ? 'type ' : '')))
      .filter((name) => name !== '')
      .map((name) => (allTypes === undefined || name.startsWith('type ') ? name : `type ${name}`)),
  );
}

test('what playbooks, kinds and their tests can import is what it was; a change of it is one of the product', async () => {
  const lines = [
    ...exported('../src/index.ts').map((name) => `provision-swarm: ${name}`),
    ...exported('../src/testing/index.ts').map((name) => `provision-swarm/testing: ${name}`),
  ];
  await expect(`${lines.toSorted().join('\n')}\n`).toMatchFileSnapshot('public-surface.txt');
});

test('nothing of it is exported in another form, which the list would not show', () => {
  for (const path of ['../src/index.ts', '../src/testing/index.ts']) {
    const text = readFileSync(new URL(path, import.meta.url), 'utf8');
    expect(text.match(/^export (?!(type )?\{)/gm)).toBeNull();
  }
});
