import { type Finding, type Mistake, nested, placeMistake, systemMistake } from 'provision-swarm';
import { brickPathOf, type Storage, setSizeOf } from '../settings/storage.ts';
import { hostServing } from './nfs.ts';

/** What is wrong with the section as a whole. */
export function validate(cluster: Storage): readonly Mistake[] {
  const { kind } = cluster.settings;
  if (kind === 'glusterfs') return [...places(cluster), ...counts(cluster)];
  return kind === 'nfs' ? exported(cluster) : [];
}

function counts({ settings, hosts }: Storage): readonly Mistake[] {
  const size = setSizeOf(settings);
  const asked = hosts.filter(({ settings: { brick } }) => brick === true).length;
  const possible = asked > 0 ? asked : hosts.filter(({ settings: { brick } }) => brick !== false).length;
  if (asked % size === 0 && possible >= size) return [];
  const message =
    possible < size
      ? `GlusterFS keeps each file on ${size} hosts, but only ${possible} of these can hold it; add hosts, or use \`kind: nfs\``
      : `${asked} hosts are to hold bricks; it takes a multiple of ${size}, for each file is kept on ${size} of them`;
  return [{ path: ['storage', settings.replica === undefined ? 'kind' : 'replica'], message }];
}

function places({ settings }: Storage): readonly Mistake[] {
  const path = brickPathOf(settings);
  const how = nested(path, settings.root);
  if (how === undefined) return [];
  return [
    {
      path: ['storage', settings.brickPath === undefined ? 'root' : 'brickPath'],
      message: `the brick ${path} is ${how} ${settings.root}, where the volume is mounted: one would hide the other; let them lie beside each other`,
    },
  ];
}

function exported(cluster: Storage): readonly Mistake[] {
  const { export: path = '' } = cluster.settings;
  const ours = hostServing(cluster) !== undefined;
  const place = ours ? placeMistake(path) : systemMistake(path);
  const message = place ?? (ours ? overRoot(cluster) : undefined);
  return message === undefined ? [] : [{ path: ['storage', 'export'], message }];
}

function overRoot({ settings: { root, export: path = '' } }: Storage): string | undefined {
  const how = nested(path, root);
  if (how === undefined) return undefined;
  return `${path} is ${how} ${root}, where the server, one of these hosts, mounts it as well: one would hide the other; let them lie beside each other`;
}

/** A server whose address turned out to be a host's own only when that host was asked. */
export function inspectExport(cluster: Storage): readonly Finding[] {
  const message = hostServing(cluster) === undefined ? undefined : overRoot(cluster);
  if (message === undefined) return [];
  return [
    {
      level: 'refuse',
      code: 'export-over-root',
      message: `storage.export: ${message}`,
      fix: [`Write another storage.root, as ${cluster.settings.root}-shared.`],
    },
  ];
}
