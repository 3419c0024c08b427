import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../resources', import.meta.url));
/** Commands that take something away from where it is used, or lose it. */
const HARMFUL = /umount|detach|remove-brick|volume (delete|stop|reset)|\brm\b|wipe|mkfs|--force|commit force/;

const refused = readdirSync(FOLDER)
  .filter((kind) => /^(gluster-|mount$|remount$|nfs-)/.test(kind))
  .flatMap((kind) =>
    readdirSync(join(FOLDER, kind)).map((name) => ({
      name: `${kind}/${name}`,
      expect: (parse(readFileSync(join(FOLDER, kind, name), 'utf8')) as { expect: { fix?: string[] } })
        .expect,
    })),
  )
  .flatMap(({ name, expect: { fix } }) => (fix === undefined ? [] : [{ name, fix }]));

test.each(refused)('a refusal says what to do, and nothing of it does harm: $name', ({ fix }) => {
  expect(fix.length).toBeGreaterThan(0);
  for (const line of fix) expect(line).not.toMatch(HARMFUL);
});

test('there are refusals to look at', () => {
  expect(refused.length).toBeGreaterThan(12);
});
