import { spawnSync } from 'node:child_process';
import { Command, InvalidArgumentError } from 'commander';
import type { Debian } from './image.ts';
import { cut, down, heal, start, status, stop, up, wipe } from './lab.ts';
import { nodeNamed } from './node.ts';
import { LabError } from './shell.ts';
import { paths } from './state.ts';

interface UpArguments {
  readonly nodes: number;
  readonly debian: Debian;
  readonly fresh?: boolean;
  readonly internet?: boolean;
  readonly registry?: boolean;
}

const say = (text: string) => console.error(text);

const program = new Command('lab')
  .description('Real nodes on this machine: systemd, sshd, own addresses.')
  .enablePositionalOptions();

program
  .command('up')
  .description('boot the nodes that are missing')
  .option('--nodes <n>', 'how many in all', Number, 3)
  .option('--debian <release>', '12 or 13', release, 13)
  .option('--fresh', 'make nodes that are there anew')
  .option('--internet', 'with --fresh: give them a small signed Internet of their own, and no other DNS')
  .option('--registry', "with --fresh: a registry with stand-ins for Mailu's images")
  .action(async ({ nodes, debian, fresh = false, internet = false, registry = false }: UpArguments) => {
    const begin = Date.now();
    await up({ nodes, debian, fresh, internet, registry, say });
    await showStatus();
    say(`up in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  });

program
  .command('down')
  .description('take everything away but the cached image')
  .action(async () => {
    await down();
    say('down; nothing is left but the cached image, the key and the password');
  });

program.command('status').description('what is there, and how to log in').action(showStatus);

program
  .command('ssh <node> [command...]')
  .description('log in, or run a command, as its user')
  .passThroughOptions()
  .action((name: string, command: string[]) => {
    const result = spawnSync('ssh', [...sshOptions(name), ...command], { stdio: 'inherit' });
    process.exitCode = result.status ?? 255;
  });

const verbs: readonly [string, string, (name: string) => Promise<void>][] = [
  ['cut', 'drop all traffic between a node and the other nodes', cut],
  ['heal', 'undo cut', heal],
  ['stop', 'shut a node down', stop],
  ['start', 'boot it again', start],
  ['wipe', 'the same name and address, freshly installed', wipe],
];
for (const [verb, description, act] of verbs)
  program.command(`${verb} <node>`).description(description).action(act);

async function showStatus(): Promise<void> {
  const rows = (await status()).map(({ name, address, login, debian, state }) => [
    name,
    address,
    `${login.user} (${login.what})`,
    `Debian ${debian}`,
    state,
  ]);
  if (rows.length === 0) return say('no nodes; make them with: npm run lab -- up');
  const header = ['NODE', 'ADDRESS', 'LOGIN', 'SYSTEM', 'STATE'];
  const width = (column: number) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0));
  for (const row of [header, ...rows])
    console.log(
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    );
  console.log(`\nlog in: npm run lab -- ssh ${rows[0]?.[0]}`);
}

function sshOptions(name: string): readonly string[] {
  const { address, login } = nodeNamed(name);
  const unchecked = [
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  return ['-i', paths.identity, ...unchecked, `${login.user}@${address}`];
}

function release(text: string): Debian {
  if (text !== '12' && text !== '13') throw new InvalidArgumentError('expected 12 or 13');
  return Number(text) as Debian;
}

try {
  await program.parseAsync();
} catch (error) {
  say(error instanceof LabError ? `lab: ${error.message}` : String((error as Error).stack));
  process.exitCode = 1;
}
