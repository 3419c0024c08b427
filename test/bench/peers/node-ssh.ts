import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../lab/harness.ts';
import type { Peer } from './peer.ts';

/** What the obvious tool in TypeScript would do: one connection a host, one exec a question, one a change. */
export const nodeSsh: Peer = {
  name: 'node-ssh, an exec a step',
  changes: true,
  command({ hosts, work, folder, identity }) {
    const site = join(folder, 'site.json');
    writeFileSync(site, JSON.stringify({ hosts, work, identity }));
    return { argv: ['node', 'test/bench/peers/node-ssh-client.mjs', site], cwd: ROOT };
  },
  saysNothingToDo: (stdout) => stdout.trim() === 'changed 0',
};
