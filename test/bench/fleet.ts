import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../lab/harness.ts';
import { LabError } from '../lab/shell.ts';
import { measure } from './measure.ts';
import { median } from './result.ts';

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
  const servers = spawn(
    'node_modules/.bin/jiti',
    ['test/bench/fleet-hosts.ts', ...[hosts, THINGS, PORT].map(String)],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    let said = '';
    servers.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    while (!said.endsWith('\n')) await once(servers.stdout, 'data');
    const addresses = JSON.parse(said) as readonly string[];
    const inventory = join(folder, 'inventory.yaml');
    writeFileSync(
      inventory,
      stringify({
        cluster: 'fleet',
        ssh: {
          user: 'root',
          port: PORT,
          identity,
          knownHosts: join(folder, 'known_hosts'),
          config: '/dev/null',
        },
        hosts: Object.fromEntries(addresses.map((address, index) => [`host-${index + 1}`, { address }])),
      }),
    );
    const playbook = join(folder, 'playbook.ts');
    const shared = join(ROOT, 'test/bench/peers/playbook.ts');
    writeFileSync(playbook, `import { playbook } from '${shared}';\n\nexport default playbook(${THINGS});\n`);
    const runs = [];
    for (let round = 0; round <= rounds; round++) {
      const run = await measure({
        argv: ['node', 'bin/provision.js', inventory, '--yes', '--playbook', playbook],
        cwd: ROOT,
        env: { ...process.env, XDG_STATE_HOME: folder },
      });
      if (run.code !== 0 || !run.stdout.includes('No changes'))
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
    servers.kill();
  }
}
