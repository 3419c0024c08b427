import { isMap, isPair, isScalar, type LineCounter, type Node } from 'yaml';
import type { Problem } from '../errors/index.ts';
import type { Path } from './check.ts';

/** Makes mistakes of a YAML file, each from where it is in the file, and in the document. */
export function problemsOf(
  file: string,
  counter: LineCounter,
): (offset: number, message: string, path?: Path) => Problem {
  return (offset, message, path = []) => {
    const { line, col } = counter.linePos(offset);
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: path.map(String).join('.'),
      message,
    };
  };
}

/** Where something is in a YAML file: at its key where it has one, at the nearest parent where it is not there. */
export function offsetOf(root: Node | null, path: Path): number {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const key of path) {
    const pair = isMap(node)
      ? node.items.find(({ key: name }) => isScalar(name) && String(name.value) === String(key))
      : undefined;
    if (isPair(pair)) {
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
      continue;
    }
    const item = childOf(node, key);
    if (item === undefined) return offset;
    offset = item.range?.[0] ?? offset;
    node = item;
  }
  return offset;
}

function childOf(node: unknown, key: PropertyKey): Node | undefined {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return undefined;
  return typeof key === 'number' ? node.items[key] : undefined;
}
