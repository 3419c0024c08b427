import { describe, expect, test } from 'vitest';
import { glusterHeal } from '../../src/index.ts';
import { healSummary, withGluster } from '../storage/gluster-answers.ts';

const heal = glusterHeal({ volume: 'mailu', except: ['/leases'], away: [] });
const brick = (number: number, ...lines: readonly string[]) =>
  [`Brick 192.0.2.${number}:/srv/gluster/mailu`, ...lines, ''].join('\n');

/** What a run sees where the bricks 1 and 2 list these entries, and brick 3 is empty. Lines as `gluster` prints them. */
function seen(entries: readonly string[], second = healSummary(entries.length)) {
  const list = [...entries, 'Status: Connected'];
  return heal.judge(
    withGluster(heal.probe, {
      'volume info': 'Volume Name: mailu\nStatus: Started',
      'info summary': [
        brick(1, ...healSummary(entries.length)),
        brick(2, ...second),
        brick(3, ...healSummary(0)),
      ].join('\n'),
      'heal mailu info': [
        brick(1, ...list, `Number of entries: ${entries.length}`),
        brick(2, ...list, `Number of entries: ${entries.length}`),
        brick(3, 'Status: Connected', 'Number of entries: 0'),
      ].join('\n'),
    }),
    { paths: new Set() },
  );
}

const left = (entries: readonly string[]) => {
  const judged = seen(entries);
  return judged.state === 'observed' ? judged.changes.map(({ from }) => from) : judged.reason;
};

describe('what is left to heal is counted by its names (glfs-heal.c)', () => {
  test.each<[string, readonly string[], readonly unknown[]]>([
    ['the root alone, as just after a brick was emptied', ['/ '], [2]],
    ['the root while it is healed', ['/ - Possibly undergoing heal'], [2]],
    ['what has no path yet', ['<gfid:6c3b1a5e-0d27-4d53-8f0e-6f2f5a4f9a11> '], [2]],
    ['what has no path at all', ['6c3b1a5e-0d27-4d53-8f0e-6f2f5a4f9a11 '], [2]],
    ['a folder of a name like that of the leases', ['/leases-old/a '], [2]],
    ['leases are left out, what is beside them is not', ['/leases/admin ', '/ ', '/mail/a b '], [4]],
    ['leases alone', ['/leases/admin ', '/leases/smtp.holder '], []],
    ['nothing', [], []],
  ])('%s', (_, entries, changes) => {
    expect(left(entries)).toEqual(changes);
  });

  test('a brick that failed while it was asked is "could not look", not 0', () => {
    const failed = [
      'Status: Failed to process entries completely. (Transport endpoint is not connected)',
      'Total Number of entries: 7',
    ];
    expect(seen([], failed)).toMatchObject({
      state: 'unobservable',
      reason: expect.stringContaining('could not say all'),
    });
  });
});
