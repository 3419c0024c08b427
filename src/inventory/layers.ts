import type { Path } from '../schema/index.ts';

/** A value and where in the inventory it was written. */
export interface Layer {
  readonly path: Path;
  readonly value: unknown;
}

type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Section, then group, then host: maps are merged key by key, anything else is replaced by the later one. */
export function merge(layers: readonly Layer[]): unknown {
  return layers.reduce<unknown>((below, { value }) => over(below, value), undefined);
}

function over(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isTree(below) || !isTree(above)) return above;
  const merged: Tree = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = over(below[key], value);
  return merged;
}

/** The place of a value of the merged tree: in the last layer that has it, or in the last layer of all. */
export function pathInLayers(layers: readonly Layer[], path: Path): Path {
  for (let length = path.length; length > 0; length--) {
    const inner = path.slice(0, length);
    const layer = layers.findLast(({ value }) => has(value, inner));
    if (layer !== undefined) return [...layer.path, ...path];
  }
  // What is missing is missing in the last; what is wrong as a whole stands in the last that says anything.
  const written = path.length === 0 ? layers.findLast(({ value }) => value !== undefined) : undefined;
  return [...((written ?? layers.at(-1))?.path ?? []), ...path];
}

function has(value: unknown, path: Path): boolean {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !(key in current)) return false;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return true;
}
