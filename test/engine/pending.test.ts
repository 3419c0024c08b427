import { expect, test } from 'vitest';
import { z } from 'zod';
import { prepare } from '../../src/engine/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { defineResource } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';
import { Hosts } from './hosts.ts';

/** A file that is not there yet, or is. */
const written = defineResource({
  kind: 'written',
  want: z.object({ path: z.string(), there: z.boolean() }),
  key: ({ path }) => path,
  observe: ({ path }) => ({ script: sh`: ${path}`, parse: () => undefined }),
  diff: ({ there }) => (there ? [] : [{ field: 'content', from: null, to: 'there' }]),
  writes: ({ path, there }) => (there ? [] : [path]),
  apply: () => [],
});

/** A service that reads a file. */
const reader = defineResource({
  kind: 'reader',
  want: z.object({ path: z.string() }),
  key: ({ path }) => path,
  observe: ({ path }) => ({ script: sh`: reads ${path}`, parse: () => undefined }),
  diff: ({ path }, _have, { paths }) =>
    paths.has(path) ? [{ field: 'started', from: 'before', to: 'after its file' }] : [],
  apply: () => [],
});

async function planned(...resources: readonly ReturnType<typeof reader | typeof written>[]) {
  const playbook = definePlaybook({
    name: 'test',
    stages: resources.map((resource, index) => ({
      name: `${index}`,
      resources: ({ name }) => (name === 'b' && resource.kind === 'written' ? [] : [resource]),
    })),
  });
  await using prepared = await prepare(new Hosts(['a', 'b'], [playbook]).options());
  return prepared.plan.stages.map(
    ({ host, items }) => `${host}: ${items.map(({ kind, key }) => `${kind} ${key}`)}`,
  );
}

test('what reads a file is planned to start again where the file is about to be written on the same host', async () => {
  expect(await planned(written({ path: '/x', there: false }), reader({ path: '/x' }))).toEqual([
    'a: written /x',
    'a: reader /x',
  ]);
});

test('it is left alone where another file is written, where nothing is, and before it is', async () => {
  expect(await planned(written({ path: '/y', there: false }), reader({ path: '/x' }))).toEqual([
    'a: written /y',
  ]);
  expect(await planned(written({ path: '/x', there: true }), reader({ path: '/x' }))).toEqual([]);
  expect(await planned(reader({ path: '/x' }), written({ path: '/x', there: false }))).toEqual([
    'a: written /x',
  ]);
});
