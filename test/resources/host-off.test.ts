import { describe, expect, test } from 'vitest';
import { glusterHeal, glusterVolume } from '../../src/index.ts';
import type { Script } from '../../src/shell/index.ts';
import { healSummary, withGluster } from '../storage/gluster-answers.ts';
import { saidInParts } from './said-in-parts.ts';

const brick = (number: number) => `192.0.2.${number}:/srv/gluster/mailu`;
const bricks = (count: number) => Array.from({ length: count }, (_, index) => brick(index + 1));

describe('heal while the host of brick 3 did not answer', () => {
  /** By brick: entries pending and in split-brain; none where it is not connected. */
  type Left = readonly (readonly [number, number] | undefined)[];
  const paragraphs = (left: Left, lines: (pending: number | '-', torn: number | '-') => readonly string[]) =>
    left
      .map((one, index) =>
        [`Brick ${brick(index + 1)}`, ...lines(one?.[0] ?? '-', one?.[1] ?? '-'), ''].join('\n'),
      )
      .join('\n');
  const judged = (left: Left, away: readonly string[] = [brick(3)]) => {
    const heal = glusterHeal({ volume: 'mailu', except: ['/leases'], away: [...away], setSize: 3 });
    const output = withGluster(heal.probe, {
      'volume info': 'Volume Name: mailu\nStatus: Started',
      'info summary': paragraphs(left, healSummary),
      'heal mailu info': paragraphs(left, (pending) => [
        ...Array.from({ length: Number(pending) || 0 }, (_, index) => `/mail/${index}`),
        `Number of entries: ${pending}`,
      ]),
    });
    try {
      const result = heal.judge(output, { paths: new Set() });
      return result.state === 'unobservable' ? result.reason : result.changes.map(({ from }) => from);
    } catch (error) {
      return (error as Error).message;
    }
  };
  const clean = [0, 0] as const;

  test.each<[string, Left, unknown]>([
    ['what waits for it is not waited for', [[9, 0], [9, 0], undefined], []],
    ['split-brain is refused', [[0, 1], [0, 1], undefined], expect.stringMatching(/^2 entries of volume/)],
    [
      'another brick that is not connected is told',
      [clean, undefined, undefined],
      'a brick is not connected',
    ],
    ['its brick is connected all the same, so all is waited for', [[9, 0], clean, [0, 0]], [9]],
    ['another set is waited for', [[9, 0], [9, 0], undefined, [2, 0], clean, clean], [2]],
    ['another set is healed', [[9, 0], [9, 0], undefined, clean, clean, clean], []],
  ])('%s', (_, left, expected) => {
    expect(judged(left)).toEqual(expected);
  });

  test('a brick that is away though its host answered is told', () => {
    expect(judged([clean, clean, undefined], [])).toBe('a brick is not connected');
  });
});

describe('bricks are waited for by their names', () => {
  const wait = (away: readonly string[], online: readonly number[]) => {
    const volume = glusterVolume({
      name: 'mailu',
      setSize: 3,
      arbiter: false,
      bricks: bricks(3),
      away: [...away],
      options: {},
      allow: [],
      force: false,
    });
    const info = `Volume Name: mailu\nType: Replicate\nVolume ID: 1\nStatus: Stopped\nNumber of Bricks: 1 x 3 = 3\n${bricks(
      3,
    )
      .map((name, index) => `Brick${index + 1}: ${name}`)
      .join('\n')}\n`;
    const stdout = saidInParts({ volumes: info, status: '' });
    const result = volume.judge({ code: 0, stdout, stderr: '' }, { paths: new Set() });
    if (result.state === 'unobservable') throw new Error(result.reason);
    const last = result.steps(() => '' as never).at(-1)?.script as Script;
    const detail = [1, 2, 3].map(
      (number) =>
        `----\nBrick                : Brick ${brick(number)} \nTCP Port : 24009 \nOnline               : ${online.includes(number) ? 'Y' : 'N'} \nPid : 1`,
    );
    const { code, stderr } = withGluster(last, {
      'status mailu detail': detail.join('\n'),
      'status mailu': '',
    });
    return [code, stderr.trim()];
  };

  test('all of the hosts that answered', () => {
    expect(wait([], [1, 2, 3])).toEqual([0, '']);
    expect(wait([], [1, 2])).toEqual([1, `not online: ${brick(3)}`]);
    expect(wait([brick(3)], [1, 2])).toEqual([0, '']);
    expect(wait([brick(3)], [1, 3])).toEqual([1, `not online: ${brick(2)}`]);
  });
});
