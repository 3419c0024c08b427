import { expect, test } from 'vitest';
import { type Inventory, loadInventory, selectHosts } from '../../src/inventory/index.ts';

const { inventory } = loadInventory(
  `cluster: m
hosts:
  mail-1: { address: 192.0.2.1 }
  mail-2: { address: 192.0.2.2 }
  mail-10: { address: 192.0.2.3 }
  db-1: { address: 192.0.2.4 }
groups:
  front: { hosts: [mail-1, db-1] }
  frontier: { hosts: [mail-10] }
`,
  'i.yaml',
  [],
);
const select = (limit: string) => [...selectHosts(inventory as Inventory, limit)];

test.each([
  ['mail-1', ['mail-1']],
  ['mail-*', ['mail-1', 'mail-2', 'mail-10']],
  ['mail-?', ['mail-1', 'mail-2']],
  ['@front', ['mail-1', 'db-1']],
  ['@front*', ['mail-1', 'db-1', 'mail-10']],
  ['mail-*,!mail-2', ['mail-1', 'mail-10']],
  ['!@front', ['mail-2', 'mail-10']],
  ['!db-*, !mail-10', ['mail-1', 'mail-2']],
  ['db-1, @front, db-1', ['db-1', 'mail-1']],
])('--limit %s', (limit, expected) => {
  expect(select(limit)).toEqual(expected);
});

test.each([
  ['mail-3', /--limit mail-3: not in the inventory, which has mail-1, .*@frontier/],
  ['!mail-3', /--limit !mail-3: not in the inventory/],
  ['@back', /--limit @back: not in the inventory/],
  ['mail-[12]', /--limit mail-\[12\]: not in the inventory/],
  ['mail-1,!mail-*', /names no host/],
  [',', /names no host/],
])('--limit %s is refused', (limit, message) => {
  expect(() => select(limit)).toThrow(message);
});
