import { expect, test } from 'vitest';
import { misspelt } from '../../src/cli/misspelt.ts';

const COMMANDS = ['plan', 'status', 'logs', 'remove-stack', 'secrets'];
const isThere = (file: string) => file === 'inventory/prod.yaml' || file === 'mail';

test.each([
  [['inventory/prod.yaml'], undefined],
  [['mail'], undefined],
  // Said by whoever reads it.
  [['nosuch.yaml'], undefined],
  [['./nosuch'], undefined],
  [['plam', 'inventory/prod.yaml'], 'no command `plam`; did you mean `plan`?'],
  [['Status'], 'no command `Status`; did you mean `status`?'],
  [['remove_stack', 'inventory/prod.yaml'], 'no command `remove_stack`; did you mean `remove-stack`?'],
  [['deploy', 'inventory/prod.yaml'], 'no command `deploy`, and no file of that name'],
  [['inventory/prod.yaml', 'plan'], 'the command comes first: provision plan inventory/prod.yaml'],
  [
    ['inventory/prod.yaml', 'logs', 'imap'],
    'the command comes first: provision logs inventory/prod.yaml imap',
  ],
  [['nosuch.yaml', 'status'], 'the command comes first: provision status nosuch.yaml'],
  [['inventory/prod.yaml', 'b.yaml'], 'expected one inventory, and got 2: inventory/prod.yaml b.yaml'],
])('%j', (words, expected) => {
  expect(misspelt(words, COMMANDS, isThere)).toBe(expected);
});
