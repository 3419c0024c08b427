import type { Node, TypeNode } from 'typescript/unstable/ast';
import {
  isIndexedAccessTypeNode,
  isInterfaceDeclaration,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeLiteralNode,
} from 'typescript/unstable/ast/is';
import type { Symbol as Named } from 'typescript/unstable/sync';
import type { Declared } from './declared.ts';
import { bullet, code, plain, sentence, wrapped } from './markdown.ts';

/** A property as the page tells it. */
export interface Field {
  /** `hosts[].name`, where it stands in a type that has no name of its own. */
  readonly path: string;
  readonly type: string;
  /** Whether it may be missing. */
  readonly optional: boolean;
  readonly doc: string;
}

/** A type node in one line, without what only the compiler needs; objects in it are told by their own fields. */
export function typeText(node: TypeNode): string {
  const text = node.getText();
  const parts = literalsIn(node).toReversed();
  const start = node.getStart();
  const short = parts.reduce(
    (rest, part) => `${rest.slice(0, part.getStart() - start)}{…}${rest.slice(part.end - start)}`,
    text,
  );
  return short
    .replaceAll(/\breadonly /g, '')
    .replaceAll(/Readonly<((?:[^<>]|<[^<>]*>)*)>/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .replace(/^\| /, '');
}

/** Types of objects that stand in another without a name, but for what is inside of them. */
function literalsIn(node: Node): readonly Node[] {
  if (isTypeLiteralNode(node)) return [node];
  const found: Node[] = [];
  node.forEachChild((child) => {
    found.push(...literalsIn(child));
  });
  return found;
}

/** The fields of a property, and of the objects in it. */
export function fieldAndBelow(declared: Declared, property: Named, at = ''): readonly Field[] {
  const declaration = declared.declarationOf(property);
  if (
    declaration === undefined ||
    !isPropertySignatureDeclaration(declaration) ||
    declaration.type === undefined
  )
    return [];
  const path = `${at}${property.name}`;
  const type = isIndexedAccessTypeNode(declaration.type)
    ? declared.textOf(property)
    : typeText(declaration.type);
  const inner = literalsIn(declaration.type).flatMap((literal) =>
    membersOf(declared, literal, `${path}${type.includes('[]') ? '[]' : ''}.`),
  );
  const optional = declaration.postfixToken !== undefined || / \| undefined$/.test(type);
  const field = { path, type: type.replace(/ \| undefined$/, ''), optional, doc: declared.docOf(property) };
  // In one form of an object, what only another form has.
  return type === 'undefined' ? [] : [field, ...inner];
}

/** The fields of an object's type. */
export function membersOf(declared: Declared, literal: Node, at = ''): readonly Field[] {
  const names: Named[] = [];
  literal.forEachChild((child) => {
    const named = isPropertySignatureDeclaration(child) ? declared.named(child.name as never) : undefined;
    if (named !== undefined) names.push(named);
  });
  return names.flatMap((named) => fieldAndBelow(declared, named, at));
}

export const fieldList = (fields: readonly Field[]): string =>
  fields
    .map(({ path, type, optional, doc }) => {
      const told = doc === '' ? '' : `: ${sentence(plain(doc))}`;
      return bullet(`${code(path)} (${code(type)}${optional ? ', may be absent' : ''})${told}`);
    })
    .join('\n');

/** Types of the product that a declaration leads to, each once, and those that these lead to. */
export function typesFrom(declared: Declared, nodes: readonly Node[]): readonly Named[] {
  const found = new Map<number, Named>();
  const visit = (node: Node) => {
    for (const named of declared.namesIn(node)) {
      if (found.has(named.id)) continue;
      const declaration = declared.declarationOf(named);
      if (declaration === undefined) continue;
      if (!isInterfaceDeclaration(declaration) && !isTypeAliasDeclaration(declaration)) continue;
      if (!declared.pathOf(declaration).startsWith('src/')) continue;
      found.set(named.id, named);
      visit(declaration);
    }
  };
  for (const node of nodes) visit(node);
  return [...found.values()];
}

/** What is told of a type with a name. */
export interface TypeDoc {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
  /** What it is, where it is no object. */
  readonly text: string | undefined;
}

export function typeDoc(declared: Declared, named: Named): TypeDoc {
  const declaration = declared.declarationOf(named);
  const alias = declaration !== undefined && isTypeAliasDeclaration(declaration) ? declaration : undefined;
  return {
    name: named.name,
    doc: declared.docOf(named),
    fields:
      alias === undefined
        ? declared.propertiesOf(named).flatMap((property) => fieldAndBelow(declared, property))
        : literalsIn(alias.type).flatMap((literal) => membersOf(declared, literal)),
    text: alias && typeText(alias.type),
  };
}

export function typeSection({ name, doc, fields, text }: TypeDoc, depth: string): string {
  const words = [
    ...(doc === '' ? [] : [sentence(plain(doc))]),
    ...(text === undefined || text === '{…}' ? [] : [`It is ${code(text)}.`]),
  ];
  return [
    `${depth} ${code(name)}`,
    ...(words.length === 0 ? [] : [wrapped(words.join(' '))]),
    ...(fields.length === 0 ? [] : [fieldList(fields)]),
  ].join('\n\n');
}
