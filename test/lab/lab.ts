import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMailCredentials } from './certificate.ts';
import { removeEngine, startEngine } from './engine.ts';
import { prepareMachine } from './host.ts';
import { type Debian, dockerImage, nodeImage } from './image.ts';
import { createInternet, internet, removeInternet } from './internet.ts';
import { createCredentials } from './login.ts';
import { createNetwork, cutOff, healUp, removeNetwork } from './network.ts';
import {
  createNode,
  execIn,
  killNode,
  listNodes,
  type NodeState,
  nodeNamed,
  nodeOf,
  pidOf,
  ready,
  removeNode,
  startNode,
  stopNode,
} from './node.ts';
import { createRegistry, removeRegistry } from './registry.ts';
import { LabError } from './shell.ts';
import { paths } from './state.ts';

export interface UpOptions {
  readonly nodes?: number;
  readonly debian?: Debian;
  /** Nodes that are there are made anew, so that all are bare. */
  readonly fresh?: boolean;
  /** With `fresh`: somebody has installed Docker on them before. */
  readonly docker?: boolean;
  /** With `fresh`: the nodes know no DNS but that of a small Internet of their own. */
  readonly internet?: boolean;
  /** With `fresh`: a registry beside them, with stand-ins for the images of Mailu. */
  readonly registry?: boolean;
  readonly say?: (text: string) => void;
}

/** Boots the nodes that are missing, and only those. Copes with what an interrupted run left. */
export async function up({
  nodes = 3,
  debian = 13,
  fresh = false,
  docker = false,
  internet: closed = false,
  registry = false,
  say = () => undefined,
}: UpOptions = {}): Promise<void> {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 20)
    throw new LabError('the lab has one to twenty nodes');
  await prepareMachine();
  await createCredentials();
  if (registry) await createMailCredentials();
  await startEngine();
  const image = docker ? await dockerImage(debian, say) : await nodeImage(debian, say);
  await createNetwork();
  const there = await listNodes();
  const wanted = Array.from({ length: nodes }, (_, index) => nodeOf(index + 1));
  if (fresh) {
    await Promise.all([...there.map(removeNode), removeInternet(), removeRegistry()]);
    await createNetworkAnew();
    forget(paths.knownHosts, paths.cuts);
    await Promise.all([
      closed ? createInternet(image, debian) : undefined,
      registry ? createRegistry(image, debian, say) : undefined,
    ]);
  }
  const dns = await internet();
  await Promise.all(
    wanted.map(async (node) => {
      const old = fresh ? undefined : there.find(({ name }) => name === node.name);
      if (old !== undefined && old.debian !== String(debian)) forget(paths.knownHosts);
      else if (old?.state === 'stopped') return startNode(node, isMarkedCut(node.name));
      else if (old !== undefined) return;
      await removeNode(node);
      await createNode(node, image, debian, dns);
    }),
  );
  await Promise.all(wanted.map(ready));
}

function forget(...files: readonly string[]): void {
  for (const file of files) rmSync(file, { recursive: true, force: true });
}

function isMarkedCut(name: string): boolean {
  return existsSync(join(paths.cuts, name));
}

async function createNetworkAnew(): Promise<void> {
  await removeNetwork();
  await createNetwork();
}

/** Takes everything away but the images, the key and the password. */
export async function down(): Promise<void> {
  await prepareMachine();
  await startEngine();
  await Promise.all([...(await listNodes()).map(removeNode), removeInternet(), removeRegistry()]);
  await removeNetwork();
  await removeEngine();
  forget(paths.knownHosts, `${paths.knownHosts}.old`, paths.cuts);
}

export async function status(): Promise<readonly NodeState[]> {
  return listNodes();
}

export async function cut(name: string): Promise<void> {
  await cutOff(await pidOf(nodeNamed(name)));
  mkdirSync(paths.cuts, { recursive: true });
  writeFileSync(join(paths.cuts, name), '');
}

export async function heal(name: string): Promise<void> {
  forget(join(paths.cuts, name));
  await healUp(await pidOf(nodeNamed(name)));
}

export async function stop(name: string): Promise<void> {
  await stopNode(nodeNamed(name));
}

export async function kill(name: string): Promise<void> {
  await killNode(nodeNamed(name));
}

export async function start(name: string): Promise<void> {
  await startNode(nodeNamed(name), isMarkedCut(name));
  await ready(nodeNamed(name));
}

/** The same name and address on a machine that was just installed: new host keys, new machine id, empty disks. */
export async function wipe(name: string): Promise<void> {
  const node = nodeNamed(name);
  const old = (await listNodes()).find((other) => other.name === name);
  if (old === undefined) throw new LabError(`${name} is not there; make it with: npm run lab -- up`);
  const debian = Number(old.debian) as Debian;
  forget(join(paths.cuts, name));
  await removeNode(node);
  await createNode(node, await nodeImage(debian, () => undefined), debian, await internet());
  await ready(node);
}

/** Runs a command as root in a node, not through its sshd. */
export function exec(name: string, command: string, input?: string): ReturnType<typeof execIn> {
  return execIn(nodeNamed(name), command, input);
}
