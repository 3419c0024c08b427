import { parseAst } from 'rolldown/parseAst';

/** One change to a file's text. */
export interface Mutation {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  /** The mutated lines, before and after, on one line each: what a person reads, and what `explained.yaml` names. */
  readonly before: string;
  readonly after: string;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Edit {
  readonly kind: string;
  readonly at: Node;
  readonly to: string;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
};
const LOGICAL: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };
/** Methods that decide by the string that they are given. */
const DECIDING = new Set(['includes', 'startsWith', 'endsWith', 'has', 'get', 'indexOf', 'split', 'equals']);
/** Fields that decide by the string that they hold. */
const FIELDS = new Set(['code', 'kind', 'level', 'state', 'type', 'policy']);
/** From here on a number is a time or a size, which nobody sees changed by one. */
const LARGE = 1000;

/** All mutations of a file, in the order of its text. */
export function mutationsOf(file: string, source: string): readonly Mutation[] {
  const edits: Edit[] = [];
  const text = (node: Node) => source.slice(node.start, node.end);
  walk(parseAst(source, { lang: 'ts' }, file) as unknown as Node, undefined, (node, parent) => {
    edits.push(...editsOf(node, parent, text));
  });
  return edits.map((edit) => mutation(file, source, edit));
}

function editsOf(node: Node, parent: Node | undefined, text: (node: Node) => string): readonly Edit[] {
  switch (node.type) {
    case 'IfStatement':
      return [negated(node.test as Node, text), ...(isExit(node) ? [removed('exit removed', node)] : [])];
    case 'ConditionalExpression':
    case 'WhileStatement':
      return [negated(node.test as Node, text)];
    case 'BinaryExpression':
      return operator('comparison swapped', node, COMPARISONS, text);
    case 'LogicalExpression':
      return operator('&& and || swapped', node, LOGICAL, text);
    case 'ArrayExpression':
      return elements(node, text);
    case 'Literal':
      return literal(node, parent, text);
    case 'CallExpression':
      return filter(node, text);
    case 'ExpressionStatement':
      return isCall(node.expression as Node) ? [removed('call removed', node)] : [];
    default:
      return [];
  }
}

function negated(test: Node, text: (node: Node) => string): Edit {
  return { kind: 'condition negated', at: test, to: `!(${text(test)})` };
}

function removed(kind: string, at: Node): Edit {
  return { kind, at, to: '{}' };
}

/** An `if` that does nothing but leave. */
function isExit({ consequent, alternate }: Node): boolean {
  const body = consequent as Node;
  const last = body.type === 'BlockStatement' ? (body.body as readonly Node[]).at(-1) : body;
  return !alternate && ['ReturnStatement', 'ThrowStatement', 'ContinueStatement'].includes(last?.type ?? '');
}

function isCall(node: Node): boolean {
  const inner = node.type === 'AwaitExpression' ? (node.argument as Node) : node;
  return (inner.type === 'ChainExpression' ? (inner.expression as Node) : inner).type === 'CallExpression';
}

function operator(
  kind: string,
  node: Node,
  table: Readonly<Record<string, string>>,
  text: (node: Node) => string,
): readonly Edit[] {
  const to = table[node.operator as string];
  if (to === undefined) return [];
  const [left, right] = [node.left as Node, node.right as Node];
  // Parentheses are between the two as well, and are no nodes.
  const between = text({ ...node, start: left.end, end: right.start }).replace(node.operator as string, to);
  return [
    {
      kind,
      at: node,
      to: `${text({ ...node, end: left.end })}${between}${text({ ...node, start: right.start })}`,
    },
  ];
}

function elements(node: Node, text: (node: Node) => string): readonly Edit[] {
  const inside = (node.elements as readonly (Node | null)[]).filter((element) => element !== null);
  if (inside.length === 0) return [];
  const without = (index: number) => `[${inside.toSpliced(index, 1).map(text).join(', ')}]`;
  return [
    { kind: 'array emptied', at: node, to: '[]' },
    ...(inside.length === 1
      ? []
      : inside.map((_, index) => ({ kind: 'element removed', at: node, to: without(index) }))),
  ];
}

function literal(node: Node, parent: Node | undefined, text: (node: Node) => string): readonly Edit[] {
  const { value } = node;
  if (typeof value === 'number' && value < LARGE)
    return [{ kind: 'number off by one', at: node, to: String(value + 1) }];
  if (typeof value !== 'string' || parent === undefined || !decides(node, parent)) return [];
  const quoted = text(node);
  const other = { refuse: "'warn'", warn: "'refuse'" }[value] ?? `${quoted.slice(0, -1)}~${quoted.at(-1)}`;
  return [{ kind: 'string changed', at: node, to: other }];
}

function decides(node: Node, parent: Node): boolean {
  switch (parent.type) {
    case 'BinaryExpression':
    case 'SwitchCase':
      return true;
    case 'Property':
      return parent.value === node && FIELDS.has((parent.key as Node).name as string);
    case 'CallExpression':
      return DECIDING.has(((parent.callee as Node).property as Node | undefined)?.name as string);
    default:
      return false;
  }
}

function filter(node: Node, text: (node: Node) => string): readonly Edit[] {
  const callee = node.callee as Node;
  if (callee.type !== 'MemberExpression' || (callee.property as Node).name !== 'filter') return [];
  return [{ kind: 'filter removed', at: node, to: text(callee.object as Node) }];
}

function mutation(file: string, source: string, { kind, at, to }: Edit): Mutation {
  const from = source.lastIndexOf('\n', at.start - 1) + 1;
  const ends = source.indexOf('\n', at.end);
  const end = ends === -1 ? source.length : ends;
  return {
    file,
    line: source.slice(0, at.start).split('\n').length,
    kind,
    before: inOneLine(source.slice(from, end)),
    after: inOneLine(source.slice(from, at.start) + to + source.slice(at.end, end)),
    text: source.slice(0, at.start) + to + source.slice(at.end),
  };
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function walk(node: Node, parent: Node | undefined, visit: (node: Node, parent?: Node) => void): void {
  // Types decide nothing, and imports only name files.
  if (/^(TS(?!AsExpression|NonNull|Satisfies)|Import)/.test(node.type)) return;
  visit(node, parent);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof (child as Node | null)?.type === 'string') walk(child as Node, node, visit);
}
