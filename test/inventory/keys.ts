import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';

/** Keys that are names of a person's own choice: any other is as good. */
const OWN_NAMES = [
  /^hosts\.[^.]+$/,
  /^groups\.[^.]+$/,
  /^secrets\.[^.]+$/,
  /\.labels\.[^.]+$/,
  /^docker\.settings\./,
];

interface Key {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

function keysOf(source: string): readonly Key[] {
  const counter = new LineCounter();
  const found: Key[] = [];
  visit(parseDocument(source, { lineCounter: counter }), {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range == null) return;
      const above = ancestors.flatMap((node) =>
        'key' in node && isScalar(node.key) && !isMap(node) ? [String(node.key.value)] : [],
      );
      const [from, to] = pair.key.range;
      found.push({
        path: [...above, String(pair.key.value)].join('.'),
        from,
        to,
        line: counter.linePos(from).line,
      });
    },
  });
  return found;
}

/** Keys of an inventory that have to be spelt as they are. */
export const fixedKeysOf = (source: string): readonly Key[] =>
  keysOf(source).filter(({ path }) => !OWN_NAMES.some((pattern) => pattern.test(path)));
