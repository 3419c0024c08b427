import { hostname } from 'node:os';
import type { RunOptions } from '../engine/index.ts';
import { selectHosts } from '../inventory/index.ts';
import type { Consent } from '../playbook/index.ts';
import type { Renderer } from '../render/index.ts';
import type { CommonOptions } from './actions.ts';
import { connector } from './connect.ts';
import { onInterrupt } from './interrupt.ts';
import { loginsOf, pasteable } from './login.ts';
import { onlyStages } from './only-stages.ts';
import { askPassphrases } from './passphrases.ts';
import { PATIENCE } from './patience.ts';
import { userName } from './person.ts';
import { type ReadProject, readProject } from './project.ts';
import { type Needs, readSecrets } from './read-secrets.ts';
import { openScreen, type Screen } from './screen.ts';

export interface SetUp {
  readonly screen: Screen;
  readonly renderer: Renderer;
  readonly runOptions: RunOptions;
  readonly release: () => void;
}

/** Reads all that a connecting command needs. Nothing is connected yet. */
export async function setUp(
  file: string,
  options: CommonOptions,
  needs: Needs,
  read: ReadProject = readProject,
): Promise<SetUp> {
  const { env } = process;
  const { inventory, playbooks: all, source } = await read(file, options.playbook);
  const playbooks = onlyStages(all, options.stage);
  const selected = selectHosts(inventory, options.limit);
  const secrets = await readSecrets(inventory, needs(inventory, playbooks), source, env);
  const logins = await loginsOf(inventory, options, env);
  const passphrases = await askPassphrases(logins.values());
  const screen = openScreen(options.output, env);
  const renderer = await screen.renderer(options.verbose ?? false);
  const { stop, abort, release } = onInterrupt(screen.err);
  const hosts = new Map(inventory.hosts.map((host) => [host.name, host]));
  return {
    screen,
    renderer,
    release,
    runOptions: {
      inventory,
      playbooks,
      selected,
      consents: consentsOf(options),
      secrets,
      connect: connector(logins, secrets, passphrases),
      onHost: (name, command, pasted) => {
        const host = hosts.get(name);
        return host === undefined ? command : pasteable(host, logins.get(name), command, pasted);
      },
      emit: renderer.handle,
      concurrency: options.concurrency,
      patience: {
        question: PATIENCE.question * 1000,
        stage: (options.timeout ?? PATIENCE.stage) * 1000,
      },
      holder: `${userName(env)}@${hostname()}, process ${process.pid}`,
      stop,
      abort,
    },
  };
}

function consentsOf({ remount, databaseMoved }: CommonOptions): ReadonlySet<Consent> {
  return new Set<Consent>([
    ...(remount ? (['remount'] as const) : []),
    ...(databaseMoved ? (['database-moved'] as const) : []),
  ]);
}
