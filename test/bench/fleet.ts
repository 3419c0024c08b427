import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../lab/shell.ts';
import { beside } from './beside.ts';
import { measure } from './measure.ts';
import { provision } from './peers/provision.ts';
import { median } from './result.ts';
import { workOf } from './work.ts';

/** What one command took for a fleet that was only simulated. */
export interface FleetResult {
  readonly hosts: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly memory: number;
}

const PORT = 2200;
export const THINGS = 50;

/** A run with nothing to do against hosts that this machine simulates in a process beside. */
export async function fleet(hosts: number, rounds: number): Promise<FleetResult> {
  const folder = mkdtempSync(join(tmpdir(), 'provision-fleet-'));
  const identity = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', identity]);
  const { said: addresses, end } = await beside<readonly string[]>('test/bench/fleet-hosts.ts', [
    hosts,
    THINGS,
    PORT,
  ]);
  try {
    const command = provision.command({
      hosts: addresses.map((address, index) => ({ name: `host-${index + 1}`, address, port: PORT })),
      work: workOf(THINGS),
      folder,
      identity,
      knownHosts: join(folder, 'known_hosts'),
    });
    const runs = [];
    for (let round = 0; round <= rounds; round++) {
      const run = await measure(command);
      if (run.code !== 0 || !provision.saysNothingToDo(run.stdout))
        throw new LabError(
          `the simulated fleet failed (${run.code}):\n${run.stdout.slice(-2000)}\n${run.stderr.slice(-2000)}`,
        );
      // The first one writes down the hosts' keys.
      if (round > 0) runs.push(run);
    }
    return {
      hosts,
      seconds: median(runs.map(({ seconds }) => seconds)),
      cpu: median(runs.map(({ cpu }) => cpu)),
      memory: median(runs.map(({ memory }) => memory)),
    };
  } finally {
    end();
  }
}
