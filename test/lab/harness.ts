import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Finding } from '../../src/errors/index.ts';
import { exec, up } from './lab.ts';
import { nodeOf } from './node.ts';
import { $, until } from './shell.ts';
import { countSince, logCursor, type SshCounts } from './sshd-log.ts';
import { paths } from './state.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** An event of `--output json`, as a reader of it sees it. */
export interface JsonEvent {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly JsonEvent[];
}

/** Who signs the lab's certificates is known, where there is anybody. */
export const trusting = () =>
  existsSync(paths.authority) ? { ...process.env, NODE_EXTRA_CA_CERTS: paths.authority } : process.env;

/** Reads what `--output json` prints. */
export const eventsOf = (stdout: string): readonly JsonEvent[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonEvent);

/** Runs the built command as a person would. With `--output json` its events are read. */
export function provision(...args: readonly string[]): Promise<Ran> {
  return provisionIn({}, ...args);
}

/** The same, with more in its environment. */
export async function provisionIn(more: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ran> {
  const env = { ...trusting(), ...more };
  const { exitCode, stdout, stderr } = await $({ cwd: ROOT, env })`node bin/provision.js ${args}`;
  const events = args.includes('json') ? eventsOf(stdout) : [];
  return { code: exitCode ?? 255, stdout, stderr, events };
}

/** A run in the background, as a person starts one. */
export function inBackground(...args: readonly string[]) {
  const running = $({ cwd: ROOT, env: trusting() })`node bin/provision.js ${args} --output json`;
  let said = '';
  running.stdout?.on('data', (data) => {
    said += String(data);
  });
  /** Waits for an event that the run prints. */
  const saw = (what: string, is: (event: JsonEvent) => boolean) =>
    until(what, 120, async () => eventsOf(said.slice(0, said.lastIndexOf('\n') + 1)).some(is));
  return { running, saw, signal: (name: NodeJS.Signals) => running.child?.kill(name) };
}

export const json = (...args: readonly string[]) => provision(...args, '--output', 'json');

export type Tree = { [key: string]: unknown };

/** An inventory of the lab's first nodes, all managers, in a file of its own. `change` may do anything to it. */
export function inventory(
  nodes: number,
  change: (tree: Tree & { hosts: Record<string, Tree> }) => void = () => undefined,
): string {
  const hosts = Object.fromEntries(
    Array.from({ length: nodes }, (_, index) => nodeOf(index + 1)).map(({ name, address, login, number }) => [
      name,
      {
        address,
        ssh: { user: login.user, ...(login.user === 'ops' ? { sudoPassword: 'ops-sudo' } : {}) },
        swarm: { role: number <= 3 ? 'manager' : 'worker' },
      } as Tree,
    ]),
  );
  const tree = {
    cluster: 'lab',
    ssh: { identity: paths.identity, knownHosts: paths.knownHosts },
    secrets: { 'ops-sudo': { file: paths.sudoPassword } },
    hosts,
  };
  change(tree);
  const file = join(mkdtempSync(join(tmpdir(), 'provision-lab-')), 'inventory.yaml');
  writeFileSync(file, stringify(tree));
  return file;
}

/** The nodes of most tests: an odd number of managers that can lose one. */
export const NODES = ['node-1', 'node-2', 'node-3'] as const;

/** Bare nodes, made anew, so that no test depends on one before it. */
export async function bareNodes(nodes = 3): Promise<void> {
  await up({ nodes, fresh: true });
}

/** Nodes made anew, on which somebody has installed Docker: where its installation is not what a test is about. */
export async function dockerNodes(nodes = 3): Promise<void> {
  await up({ nodes, fresh: true, docker: true });
}

/** Such nodes made a swarm. */
export async function freshSwarm(nodes = 3): Promise<string> {
  await dockerNodes(nodes);
  const file = inventory(nodes);
  const ran = await json(file);
  if (ran.code !== 0) throw new Error(`the site does not converge:\n${ran.stdout}\n${ran.stderr}`);
  return file;
}

/** What nodes' sshd count while something runs. */
export async function counted<T>(
  nodes: readonly string[],
  run: () => Promise<T>,
): Promise<{ result: T; counts: Record<string, SshCounts> }> {
  const cursors = await Promise.all(nodes.map(logCursor));
  const result = await run();
  const counts = await Promise.all(nodes.map((node, index) => countSince(node, cursors[index] ?? '')));
  return {
    result,
    counts: Object.fromEntries(nodes.map((node, index) => [node, counts[index] as SshCounts])),
  };
}

interface PlannedStage {
  readonly host: string;
  readonly exact: boolean;
  readonly items: readonly {
    readonly kind: string;
    readonly key: string;
    readonly changes: readonly { readonly field: string }[];
    readonly unknown?: string;
  }[];
}

function linesOf(ran: Ran, which: (stage: PlannedStage) => boolean): readonly string[] {
  const planned = ran.events.find(({ kind }) => kind === 'planned');
  const stages = (planned?.plan as { stages: readonly PlannedStage[] } | undefined)?.stages ?? [];
  return stages
    .filter(which)
    .flatMap(({ host, items }) =>
      items.flatMap(({ kind, key, changes }) =>
        changes.map(({ field }) => `${host}: ${kind} ${key}: ${field}`),
      ),
    )
    .toSorted();
}

/** The lines of a plan: `host: kind key: field`. */
export const plannedLines = (ran: Ran): readonly string[] => linesOf(ran, () => true);

/** Those that are more than an upper bound. */
export const exactLines = (ran: Ran): readonly string[] => linesOf(ran, ({ exact }) => exact);

/** Resources that a plan says it cannot tell yet: `host: kind key`. */
export function unknownLines(ran: Ran): readonly string[] {
  const planned = ran.events.find(({ kind }) => kind === 'planned');
  const stages = (planned?.plan as { stages: readonly PlannedStage[] } | undefined)?.stages ?? [];
  return stages
    .flatMap(({ host, items }) =>
      items.filter(({ unknown }) => unknown !== undefined).map(({ kind, key }) => `${host}: ${kind} ${key}`),
    )
    .toSorted();
}

/** What a run has changed, in the same form. */
export function changedLines(ran: Ran): readonly string[] {
  return ran.events
    .filter(({ kind }) => kind === 'changed')
    .flatMap(({ host, resource, changes }) =>
      (changes as readonly { field: string }[]).map(
        ({ field }) => `${String(host)}: ${String(resource)}: ${field}`,
      ),
    )
    .toSorted();
}

export function finished(
  ran: Ran,
): { changes: number; hosts: readonly { host: string; result: string }[] } | undefined {
  return ran.events.find(({ kind }) => kind === 'run-finished') as never;
}

/** The findings that refused a run, by their code. */
export const refusals = (ran: Ran) => findings(ran).filter(({ level }) => level === 'refuse');

export function findings(ran: Ran): readonly Finding[] {
  return ran.events.filter(({ kind }) => kind === 'finding').map(({ finding }) => finding as Finding);
}

/** Docker's own list of nodes, as a manager gives it: `host name` to role, status and reachability. */
export async function nodeList(manager: string): Promise<readonly string[]> {
  const format =
    '{{.Hostname}} {{.Status}} {{.Availability}} {{if .ManagerStatus}}{{.ManagerStatus}}{{else}}worker{{end}}';
  const { code, stdout, stderr } = await exec(manager, `docker node ls --format '${format}'`);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').toSorted();
}

export function figure(what: string, value: unknown): void {
  process.stdout.write(`figure  ${what}: ${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
}
