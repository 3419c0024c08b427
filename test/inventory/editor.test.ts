import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import site from '../../playbooks/site.ts';
import { inventoryJsonSchema } from '../../src/inventory/index.ts';
import { Editor } from './language-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-editor-'));
let editor: Editor;
beforeAll(async () => {
  writeFileSync(join(folder, 'schema.json'), JSON.stringify(inventoryJsonSchema(site)));
  editor = await Editor.start(folder);
});
afterAll(() => {
  editor[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const HOSTS = 'cluster: mail\nhosts:\n  a: { address: 192.0.2.1 }\n';

test('an inventory without a mistake has nothing underlined', async () => {
  expect(await editor.mistakes(HOSTS)).toEqual([]);
});

test.each([
  ['a misspelt key', 'storage:\n  replica: 3\n  brikPath: /srv', '6: Property brikPath is not allowed.'],
  ['a misspelt section', 'storrage: {}', '4: Property storrage is not allowed.'],
  [
    'a value that is none of a few',
    'storage:\n  kind: gluster',
    '5: Value is not accepted. Valid values: "glusterfs", "nfs", "none".',
  ],
  [
    'a text where a number belongs',
    'mailu:\n  domain: example.org\n  hostnames: [mail.example.org]\n  patience: long',
    '7: Incorrect type. Expected "integer".',
  ],
])('%s is underlined', async (_what, lines, expected) => {
  expect(await editor.mistakes(`${HOSTS}${lines}\n`)).toEqual([expected]);
});

test('what a key means is shown over it', async () => {
  expect(await editor.shows(`${HOSTS}storage:\n  bri^ckPath: /srv/gluster/mailu\n`)).toContain(
    'directory of the brick',
  );
  expect(
    await editor.shows(`${HOSTS}mail^u: { domain: example.org, hostnames: [mail.example.org] }\n`),
  ).toContain('the mail stack');
  expect(await editor.shows('cluster: mail\nhosts:\n  a: { addr^ess: 192.0.2.1 }\n')).toContain(
    'where ssh reaches it',
  );
});

test.each([
  ['sections', `${HOSTS}^`, ['storage', 'mailu', 'swarm', 'docker', 'base', 'resolver']],
  ['keys of a section', `${HOSTS}storage:\n  ^`, ['kind', 'root', 'brickPath', 'server']],
  ['keys of a host', `cluster: mail\nhosts:\n  a:\n    ^`, ['address', 'swarm', 'ssh']],
  ['values', `${HOSTS}storage:\n  kind: ^`, ['glusterfs', 'nfs', 'none']],
  ['versions of Mailu', `${HOSTS}mailu:\n  version: ^`, ['"2024.06"', '"1.9"', '"2.0"']],
  ['services', `${HOSTS}mailu:\n  replicas:\n    ^`, ['webmail']],
])('%s are offered', async (_what, text, expected) => {
  expect(await editor.offers(text)).toEqual(expect.arrayContaining(expected));
});
