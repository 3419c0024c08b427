import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { AWAY } from '../../src/facts/index.ts';
import { type Output, ProbeError, Refusal } from '../../src/resource/index.ts';
import { Secret } from '../../src/shell/index.ts';
import { kinds } from './kinds.ts';

interface Case {
  readonly want: unknown;
  /** What a real host printed. */
  readonly output: Output;
  /** Paths that resources before it are about to write. */
  readonly pending?: readonly string[];
  /** What comes of it, whole. Where it is missing it is written, to be read and kept. */
  expect?: unknown;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TOKEN = new Secret('SWMTKN-1-secret');

function outcome(kind: string, { want, output, pending = [] }: Case): unknown {
  const resource = kinds[kind]?.(want as never);
  if (resource === undefined) throw new Error(`no kind ${kind}`);
  // Has a test of its own, `test/facts/away.test.ts`.
  const probe = resource.probe.shown.replace(AWAY.shown, 'away() { ...; }');
  try {
    const judged = resource.judge(output, { paths: new Set(pending) });
    const lasting = judged.lasting.length > 0 ? { lasting: judged.lasting } : {};
    if (judged.state === 'unobservable') return { probe, unobservable: judged.reason, ...lasting };
    const steps = judged.steps((ref) => ref.pick({ tokens: { manager: TOKEN, worker: TOKEN } }) as never);
    return {
      probe,
      changes: judged.changes,
      steps: steps.map(({ title, script }) => ({ title, script: script.shown })),
      ...(judged.writes.length > 0 ? { writes: judged.writes } : {}),
      ...(judged.restarts.length > 0 ? { restarts: judged.restarts } : {}),
      ...lasting,
      ...(judged.settling === undefined ? {} : { settling: judged.settling }),
    };
  } catch (error) {
    if (error instanceof ProbeError) return { probe, error: error.message };
    if (error instanceof Refusal)
      return { probe, refused: error.message, fix: error.lines((command) => `on its host: ${command}`) };
    throw error;
  }
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  const folder = join(FOLDER, kind);
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const cases = names.map((name): [string, Case] => [
    name,
    parse(readFileSync(join(folder, name), 'utf8')) as Case,
  ]);

  test.each(cases)('%s', (name, recorded) => {
    const found: unknown = JSON.parse(JSON.stringify(outcome(kind, recorded)));
    if (recorded.expect === undefined) {
      writeFileSync(join(folder, name), stringify({ ...recorded, expect: found }, { lineWidth: 0 }));
      throw new Error(`${name} had no expectation; it has now: read it, and run again`);
    }
    expect(found).toEqual(recorded.expect);
  });

  test('has a case in which nothing is to be done', () => {
    const noop = cases.filter(
      ([, recorded]) => (recorded.expect as { changes?: unknown[] })?.changes?.length === 0,
    );
    expect(noop.length).toBeGreaterThan(0);
  });
});

test('every folder of cases belongs to a kind', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(Object.keys(kinds).toSorted());
});
