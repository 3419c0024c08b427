import { expect, test } from 'vitest';
import { type Agent, agentTrouble, asking, NO_AGENT } from '../../src/transport/agent.ts';

const agent = (held: number): Agent => ({
  socket: '/run/agent',
  held: new Map(Array.from({ length: held }, (_, index) => [`key ${index}`, Buffer.alloc(0)])),
  signing: { pending: 0, refused: 0 },
});
const trouble = (one: Agent | undefined) => agentTrouble('/run/agent', one);

test('why an agent was of no use is told apart', () => {
  expect(agentTrouble(undefined, undefined)).toBe(NO_AGENT);
  expect(trouble(undefined)).toMatch(/does not answer$/);
  expect(trouble(agent(0))).toMatch(/may be empty or locked$/);
  expect(trouble(agent(1))).toBeUndefined();
});

test('an agent that is asked to sign may wait for a person until it has done so, or has not', () => {
  const one = agent(1);
  const [first, second] = [asking(one), asking(one)];
  expect(trouble(one)).toMatch(/was asked to sign, and has not yet: it may wait for you$/);
  first.done();
  expect(trouble(one)).toMatch(/has not yet/);
  second.done();
  expect(trouble(one)).toBeUndefined();
  asking(one).done(new Error('no'));
  expect(trouble(one)).toMatch(/did not sign with it$/);
});
