import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { servicesTable } from '../../playbooks/mailu/status.ts';
import type { Output } from '../../src/resource/index.ts';
import { Unobservable } from '../../src/resource/index.ts';
import { stackProbe } from '../../src/resources/stack/stack-probe.ts';

/** What the managers of a real swarm said of a stack, as the cases of the resource have it. */
function recorded(name: string) {
  const file = new URL(`../resources/stack/${name}.yaml`, import.meta.url);
  const { output } = parse(readFileSync(file, 'utf8')) as { output: Output };
  const live = stackProbe('try').parse(output);
  if (live instanceof Unobservable) throw new Error(live.reason);
  return live;
}

test.each([
  ['no-op', []],
  ['crashing', ['web']],
  ['no-such-image', ['every']],
  ['starting', ['web']],
  ['bare', ['the stack mailu']],
])('of %s, %j is down', (name, expected) => {
  const { rows, down } = servicesTable('Stack try', recorded(name));
  expect({ rows, down }).toEqual({ rows: expect.anything(), down: expected });
});
