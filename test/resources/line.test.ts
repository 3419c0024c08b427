import { expect, test } from 'vitest';
import { line } from '../../src/resources/line.ts';
import { outcomeOf } from '../../src/testing/index.ts';

test.each(['g', 'y', 'gi'])('a match with the flags %s finds its lines as often as it is asked', (flags) => {
  const match = new RegExp('^#?umask\\s', flags.includes('i') ? flags : `${flags}i`);
  const stdout = 'ours\n644 root 0 root 0 regular file\nUMASK 022\nMAIL x\n#UMASK 077\n';
  for (let time = 0; time < 3; time++) {
    const resource = line({ path: '/etc/login.defs', line: 'UMASK 027', match });
    expect(outcomeOf(resource, { code: 0, stdout, stderr: '' }).changes).toEqual([
      { field: 'line', from: 'UMASK 022\n#UMASK 077', to: 'UMASK 027' },
    ]);
  }
});
