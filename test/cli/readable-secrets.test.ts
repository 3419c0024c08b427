import { expect, test } from 'vitest';
import { z } from 'zod';
import { readableSecrets } from '../../src/cli/read-secrets.ts';
import { loadInventory, secretName } from '../../src/inventory/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { Secret } from '../../src/shell/index.ts';

test('what is known already is read no second time, and is not told as unread', async () => {
  const playbook = definePlaybook({
    name: 'uses',
    cluster: z.strictObject({ one: secretName(), two: secretName(), three: secretName() }),
    stages: [],
  });
  const text = `cluster: x
hosts: { a: { address: 192.0.2.1 } }
secrets: { login: { prompt: Which? }, mail: { env: MAIL }, asked: { prompt: Which? } }
uses: { one: login, two: mail, three: asked }
`;
  const { inventory } = loadInventory(text, 'my.yaml', [playbook]);
  if (inventory === undefined) throw new Error('the inventory of the test is wrong');
  const known = new Map([['login', new Secret('typed')]]);
  const { found, unread } = await readableSecrets(inventory, [playbook], known, { MAIL: 'in the variable' });
  expect([...found].map(([name, secret]) => [name, secret.reveal()])).toEqual([
    ['login', 'typed'],
    ['mail', 'in the variable'],
  ]);
  expect(unread).toEqual(['asked']);
});
