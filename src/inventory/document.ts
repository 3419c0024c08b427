import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { Problem } from '../errors/index.ts';

export type Path = readonly PropertyKey[];

/** A YAML file as values, and where in the file each of them is. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** Mistakes of the YAML itself. */
  readonly problems: readonly Problem[];
  /** The mistake at a path: at its key where it has one, at the nearest parent where it is not there. */
  problem(path: Path, message: string): Problem;
}

export function parseSource(text: string, file: string): SourceDocument {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    file,
    ...at(error.pos[0]),
    path: '',
    message: error.message,
  }));
  let value: unknown;
  try {
    value = problems.length > 0 ? undefined : document.toJS();
  } catch (error) {
    // Of aliases (`*name`) that stand for more than can be meant.
    if (!(error instanceof ReferenceError)) throw error;
    problems.push({
      file,
      ...at(0),
      path: '',
      message: `its aliases (\`*name\`) cannot be followed: ${error.message}`,
    });
  }
  return {
    file,
    value,
    problems,
    problem: (path, message) => ({
      file,
      ...at(offsetOf(document.contents, path)),
      path: path.map(String).join('.'),
      message,
    }),
  };
}

function offsetOf(root: Node | null, path: Path): number {
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
