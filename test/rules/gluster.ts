import type { GlusterFacts, GlusterVolume } from '../../src/facts/index.ts';
import type { GlusterHost } from '../../src/rules/index.ts';
import { BARE_GLUSTER } from '../facts/bare-gluster.ts';

export const ID = '7370e8d8-4c25-4620-ab82-864bda143f93';
export const PATH = '/srv/gluster/mailu';
export const at = (number: number) => `192.0.2.1${number}`;
export const uuid = (number: number) => `7370e8d8-4c25-4620-ab82-86000000000${number}`;

const facts = (change: Partial<GlusterFacts>): GlusterFacts => ({
  ...BARE_GLUSTER,
  daemon: 'running',
  ...change,
});

/** Nothing of a volume on it. */
export const bare = BARE_GLUSTER;

export interface Pool {
  /** How many hosts have a brick. */
  readonly bricks: number;
  readonly setSize?: number;
  /** Hosts that are lost as peers. */
  readonly lost?: readonly number[];
}

/** What a host says that has its brick of the volume, and is in one pool with the others. */
export function member(number: number, { bricks, setSize = bricks, lost = [] }: Pool): GlusterFacts {
  const numbers = Array.from({ length: bricks }, (_, index) => index + 1);
  const volume: GlusterVolume = {
    name: 'mailu',
    id: ID,
    type: setSize < bricks ? 'Distributed-Replicate' : 'Replicate',
    started: true,
    setSize,
    arbiter: false,
    bricks: numbers.map((other) => `${at(other)}:${PATH}`),
    options: {},
  };
  return facts({
    uuid: uuid(number),
    peers: numbers
      .filter((other) => other !== number)
      .map((other) => ({
        uuid: uuid(other),
        names: [at(other)],
        state: `Peer in Cluster (${lost.includes(other) ? 'Disconnected' : 'Connected'})`,
      })),
    volumes: [volume],
    known: { mailu: ID },
    marks: { [PATH]: ID },
  });
}

/** Hosts mail-1 and on; `undefined` did not answer. */
export const hostsOf = (...all: readonly (GlusterFacts | undefined)[]): GlusterHost[] =>
  all.map((gluster, index) => ({
    name: `mail-${index + 1}`,
    storageAddress: at(index + 1),
    spellings: [`mail-${index + 1}`],
    facts: gluster && { gluster },
    onHost: (command) => `mail-${index + 1}$ ${command}`,
  }));
