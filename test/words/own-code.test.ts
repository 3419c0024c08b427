import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { readProject } from '../../src/cli/project.ts';
import { answer, clusterNow, converge, prepare } from '../../src/engine/index.ts';
import { isDenied, isEnquiry, type Playbook } from '../../src/playbook/index.ts';
import { errorText } from '../../src/render/error-text.ts';
import { styleOf } from '../../src/render/index.ts';
import { Hosts } from '../engine/hosts.ts';
import { OWN_MISTAKES, type OwnMistake } from './own-code.ts';

/** What is said of mistakes in somebody's own playbooks and kinds, to be read aloud from the top to the end. */
const GOLDEN = './own-code.txt';
const c = styleOf({ isTTY: false, columns: 80 }, { NO_COLOR: '1' });
const told = new Map<OwnMistake, string>();

interface Said {
  readonly by: string;
  readonly words: string;
}

/** The real command, in this process. */
async function validated(inventory: string, playbook: string): Promise<{ code: number; words: string }> {
  let words = '';
  const keep = (text: unknown) => {
    words += String(text);
    return true;
  };
  const spies = [process.stderr, process.stdout].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  );
  // Each command hears of streams that nobody reads any more.
  const heard = [process.stderr, process.stdout].map(
    (stream) => [stream, stream.listeners('error')] as const,
  );
  try {
    const code = await main(['node', 'provision', 'validate', inventory, '--playbook', playbook]);
    return { code, words };
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const [stream, before] of heard)
      for (const listener of stream.listeners('error'))
        if (!before.includes(listener)) stream.off('error', listener as () => void);
  }
}

async function saidOf({ files, found }: OwnMistake): Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), 'provision-own-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const inventory = join(folder, 'inventory.yaml');
  writeFileSync(
    inventory,
    'cluster: test\nhosts: { a: { address: 192.0.2.1 }, b: { address: 192.0.2.2 } }\n',
  );
  const playbook = join(folder, 'mine.ts');
  if (found === 'validate') {
    const { code, words } = await validated(inventory, playbook);
    expect(code).toBe(3);
    return { by: 'validate', words: words.replaceAll(`${folder}/`, '') };
  }
  // As every command begins, `validate` among them: no mistake is found by it.
  const { playbooks } = await readProject(inventory, [playbook]);
  const hosts = new Hosts(['a', 'b'], playbooks);
  try {
    const { by, error } = await firstError(hosts, playbooks);
    return { by, words: wordsOf(error) };
  } catch (error) {
    return { by: 'plan', words: wordsOf(error) };
  }
}

const wordsOf = (error: unknown) => errorText(undefined, error, c).join('\n');

/** Plans, asks for all verbs, and runs. @throws what ends the command. */
async function firstError(
  hosts: Hosts,
  playbooks: readonly Playbook[],
): Promise<{ readonly by: string; readonly error: unknown }> {
  const options = hosts.options();
  await using prepared = await prepare(options);
  const { run } = prepared;
  const [failed] = run.failures();
  if (failed !== undefined) return { by: 'plan', error: failed.error };
  for (const playbook of playbooks) {
    const cluster = clusterNow(run, playbook);
    const parts: readonly unknown[] = [...playbook.status(cluster), playbook.dns?.(cluster)];
    await answer(run, parts.filter(isEnquiry<unknown>));
    playbook.logs?.(cluster, { service: 'x', tail: 1, follow: false, since: undefined });
    playbook.removeStack?.(cluster);
    const look = playbook.check?.(cluster);
    if (look !== undefined && !isDenied(look))
      await look.look({ waits: false, tell: () => undefined, stop: new AbortController().signal });
  }
  const { failures } = await converge(prepared);
  return { by: 'run', error: failures[0]?.error };
}

describe('a mistake in somebody’s own code', () => {
  test.for(OWN_MISTAKES)('$title', { timeout: 120_000 }, async (mistake) => {
    const { by, words } = await saidOf(mistake);
    const [name, text] = Object.entries(mistake.files).find(([, each]) => each.includes('// here')) ?? [];
    const line = text?.split('\n').findIndex((each) => each.includes('// here'));
    told.set(mistake, [`    ${mistake.wrote}`, '', words.trimEnd()].join('\n'));
    expect(words).not.toMatch(/a bug in provision|^ +at /m);
    if (name !== undefined && line !== undefined) expect(words).toContain(`${basename(name)}:${line + 1}`);
    expect(by).toBe(mistake.found === 'verb' ? 'plan' : mistake.found);
  });

  test('in words', async () => {
    const all = OWN_MISTAKES.map(
      (mistake) => `## ${mistake.title} (${mistake.found})\n\n${told.get(mistake)}\n`,
    );
    await expect(all.join('\n')).toMatchFileSnapshot(GOLDEN);
    process.stdout.write(`figure  mistakes in own code, each with its words: ${all.length}\n`);
  });
});
