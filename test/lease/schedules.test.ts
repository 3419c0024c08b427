import { env } from 'node:process';
import { describe, test } from 'vitest';
import { Schedule, SUM } from './schedule.ts';

/** Schedules of each shell: some of them in `npm test`, a thousand with `npm run test:lease`. */
const COUNT = Number(env.LEASE_SCHEDULES ?? 2);
const SEED = Number(env.LEASE_SEED ?? 1);

describe.concurrent.each([
  ['dash', ['dash']],
  ['busybox', ['busybox', 'sh']],
])('schedules by chance under %s', { timeout: 300_000 }, (name, shell) => {
  test.for(Array.from({ length: COUNT }, (_, index) => SEED + index))(
    'seed %i: never two writers, nobody makes way for nobody, and it is served again',
    async (seed, { expect }) => {
      const { faults, events } = await new Schedule(shell, seed).run(10);
      expect({ faults, events: faults.length > 0 ? events : [] }).toEqual({ faults: [], events: [] });
    },
  );

  test('the figure', () => {
    process.stdout.write(
      `figure  lease under ${name}: ${COUNT} schedules by chance from seed ${SEED}, served again within ${SUM} s\n`,
    );
  });
});
