import { describe, expect, test } from 'vitest';
import { nothingToHeal } from '../../playbooks/storage/nothing-to-heal.ts';
import { ProbeError } from '../../src/resource/index.ts';

const gate = nothingToHeal({ name: 'n1', onHost: (command) => `n1$ ${command}` });
const ask = (stdout: string, code = 0) => gate.probe.parse({ code, stdout, stderr: '' });

/** A brick as `gluster volume heal … info` prints it. */
const brick = (host: string, entries: readonly string[] = []) =>
  `Brick ${host}:/srv/gluster/mailu\n${entries.map((entry) => `${entry}\n`).join('')}Status: Connected\nNumber of entries: ${entries.length}\n\n`;
const away = (host: string) =>
  `Brick ${host}:/srv/gluster/mailu\nStatus: Transport endpoint is not connected\nNumber of entries: -\n\n`;

describe('a host goes down only while no file is on it alone', () => {
  test.each<[string, string, true | string]>([
    ['there is no volume with copies', '', true],
    ['all bricks hold the same', `Volume mailu\n${brick('n1')}${brick('n2')}${brick('n3')}`, true],
    [
      'a file is left, which two bricks name',
      `Volume mailu\n${brick('n1', ['/mail/a', '<gfid:0b>'])}${brick('n2')}${brick('n3', ['/mail/a'])}`,
      '2 entries of volume mailu left to heal',
    ],
    [
      'the root of the volume',
      `Volume mailu\n${brick('n1', ['/'])}${brick('n2')}`,
      '1 entries of volume mailu left to heal',
    ],
    [
      'a file that is healed just now',
      `Volume mailu\n${brick('n1', ['/mail/a - Possibly undergoing heal'])}${brick('n2')}`,
      '1 entries of volume mailu left to heal',
    ],
    [
      'a file in split-brain, where one side may be on this host',
      `Volume mailu\n${brick('n1', ['/mail/a - Is in split-brain'])}${brick('n2')}`,
      '1 entries of volume mailu left to heal',
    ],
    [
      'files of leases, which are healed when their holder ends',
      `Volume mailu\n${brick('n1', ['/leases/imap'])}${brick('n2', ['/leases/smtp'])}`,
      true,
    ],
    [
      'a brick is away: a second one that goes ends the quorum',
      `Volume mailu\n${brick('n1')}${away('n2')}${brick('n3')}`,
      'Brick n2:/srv/gluster/mailu of volume mailu is not connected',
    ],
    [
      'a brick that could not say all',
      `Volume mailu\n${brick('n1')}Brick n2:/srv/gluster/mailu\nStatus: Failed to process entries completely. (Transport endpoint is not connected)\nNumber of entries: 0\n\n`,
      'Brick n2:/srv/gluster/mailu of volume mailu is not connected',
    ],
    ['nothing was said of the volume', 'Volume mailu\n', 'volume mailu does not say what is left to heal'],
    [
      'two volumes, each with its own',
      `Volume gv0\n${brick('n1', ['/a'])}Volume mailu\n${brick('n1')}${away('n2')}`,
      '1 entries of volume gv0 left to heal; Brick n2:/srv/gluster/mailu of volume mailu is not connected',
    ],
  ])('%s', (_, stdout, answer) => {
    expect(ask(stdout)).toBe(answer);
  });

  test('what could not be asked is not what is whole', () => {
    expect(() => ask('Volume mailu\n', 66)).toThrow(ProbeError);
  });
});
