import { expect, test } from 'vitest';
import { z } from 'zod';
import { clusterOf } from '../../src/engine/index.ts';
import { loadInventory, secretName } from '../../src/inventory/index.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { Secret } from '../../src/shell/index.ts';

const relay = z.strictObject({
  password: secretName().optional(),
  relays: z.array(secretName()).default([]),
});
const mail = definePlaybook({
  name: 'mail',
  cluster: relay,
  host: z.strictObject({ key: secretName().optional() }),
  others: { storage: z.strictObject({ root: z.string().default('/mailu') }) },
  stages: [],
});

const load = (text: string) =>
  loadInventory(`secrets:\n  pw: { env: PW }\n${text}`, 'i.yaml', [
    mail,
    { name: 'storage', cluster: mail.others.storage as z.ZodType, host: z.strictObject({}) },
  ]);

const SMALL = 'cluster: mail\nhosts: { a: { address: 192.0.2.1 } }\nstorage: { root: /srv }\n';

test('a section names secrets; one that is not there is a mistake where it is named', () => {
  const { problems } = load(
    `cluster: mail\nmail: { password: pv, relays: [pw, px] }\nhosts:\n  a: { address: 192.0.2.1, mail: { key: py } }\n`,
  );
  expect(problems.map(({ line, path, message }) => `${line} ${path} ${message}`)).toEqual([
    '4 mail.password there is no secret `pv`; define it under `secrets:`',
    '4 mail.relays.1 there is no secret `px`; define it under `secrets:`',
    '6 hosts.a.mail.key there is no secret `py`; define it under `secrets:`',
  ]);
});

test('its value comes to a playbook once the run has begun, and never before', () => {
  const { inventory, problems } = load(`${SMALL}mail: { password: pw }\n`);
  if (inventory === undefined) throw new Error(JSON.stringify(problems));
  const secrets = new Map([['pw', new Secret('hunter2')]]);
  const cluster = clusterOf(inventory, mail, { onHost: () => '', consents: new Set(), secrets });
  const { password } = cluster.settings as z.output<typeof relay>;
  if (password === undefined) throw new Error('no name');
  expect(cluster.secret(password).reveal()).toBe('hunter2');
  expect(JSON.stringify(cluster)).not.toContain('hunter2');
  expect(() => clusterOf(inventory, mail).secret(password)).toThrow('the secret pw has not been read');
});

test('a playbook reads the sections of others that it names', () => {
  const { inventory } = load(SMALL);
  if (inventory === undefined) throw new Error('wrong');
  expect(clusterOf(inventory, mail).others).toEqual({ storage: { root: '/srv' } });
});
