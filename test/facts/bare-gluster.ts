import type { GlusterFacts } from '../../src/facts/index.ts';

/** What a host without GlusterFS says of it. */
export const BARE_GLUSTER: GlusterFacts = {
  daemon: 'absent',
  uuid: undefined,
  operatingVersion: undefined,
  peers: [],
  volumes: [],
  known: {},
  marks: {},
  recorded: [],
  away: {},
  found: {},
  searched: true,
  serving: [],
  clients: [],
  daemonOptions: {},
  resolved: {},
};
