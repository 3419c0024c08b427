import type { Expression, Node, ObjectLiteralExpression } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
} from 'typescript/unstable/ast/is';
import { Code } from '../fixes/program.ts';
import { argumentsFor, NOTHING } from '../fixes/reading.ts';
import { OPEN, textsOf } from '../fixes/texts.ts';

/** What a program can meet a code in. */
export interface Codes {
  /** Of findings that end a run, and of those that are only said. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
  /** Why a command failed, where that has nothing to do with the command: with the words for it. */
  readonly causes: ReadonlyMap<string, string>;
  /** Where the code makes a code in a way that is not read here. */
  readonly unread: readonly string[];
}

/** All codes that the product's code has, but for those of errors, which are a table. */
export function codesOf(): Codes {
  using code = new Code();
  const [refusals, warnings] = [new Set<string>(), new Set<string>()];
  const causes = new Map<string, string>();
  const unread: string[] = [];
  const objects = [...code.nodes()].filter(isObjectLiteralExpression);
  const lent = lentLevels(code, objects);
  for (const node of objects) {
    const named = partOf(node, 'code');
    if (named === undefined || isOfError(node)) continue;
    const [level, words, message] = ['level', 'words', 'message'].map((name) => partOf(node, name));
    const levels = level === undefined ? (isFinding(node) ? lent : []) : textsAt(code, level);
    if (levels.length === 0 && words === undefined) continue;
    const codes = codesIn(code, named);
    if (codes.length === 0) unread.push(`${code.pathOf(node)}: ${named.getText()}`);
    for (const one of codes) {
      if (words !== undefined) causes.set(one, textsOf(code, message ?? named, NOTHING)[0] ?? '');
      for (const each of levels) (each === 'refuse' ? refusals : warnings).add(one);
    }
  }
  return {
    refusals: sorted(refusals),
    warnings: sorted(warnings),
    causes: new Map([...causes].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    unread,
  };
}

/** What an error is made with. */
const isOfError = ({ parent }: ObjectLiteralExpression) =>
  (isNewExpression(parent) && parent.expression.getText() === 'ProvisionError') ||
  (isCallExpression(parent) && parent.expression.getText() === 'super');

/** A finding, or a part of one, that is given its level by whoever hands it on. */
const isFinding = (node: ObjectLiteralExpression) =>
  partOf(node, 'words') === undefined && ['fix', 'host'].some((name) => partOf(node, name) !== undefined);

/** The levels that findings get which are made without one: `{ level: 'refuse', ...problem }`. */
function lentLevels(code: Code, objects: readonly ObjectLiteralExpression[]): readonly string[] {
  return objects.flatMap((node) => {
    const level = partOf(node, 'level');
    const isLent = partOf(node, 'code') === undefined && node.properties.some(isSpreadAssignment);
    return level !== undefined && isLent ? textsOf(code, level, NOTHING) : [];
  });
}

const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted();

function partOf(object: ObjectLiteralExpression, name: string): Expression | undefined {
  for (const property of object.properties) {
    if (isPropertyAssignment(property) && property.name.getText() === name) return property.initializer;
    if (isShorthandPropertyAssignment(property) && property.name.getText() === name)
      return property.name as Expression;
  }
  return undefined;
}

/** The texts of an expression, and where it is a parameter those that callers give. */
function textsAt(code: Code, node: Expression): readonly string[] {
  const declaration: Node | undefined = isIdentifier(node) ? code.declarationOf(node) : undefined;
  if (declaration !== undefined && isParameterDeclaration(declaration))
    return argumentsFor(code, declaration).flatMap(({ value }) => textsAt(code, value));
  return textsOf(code, node, NOTHING);
}

const codesIn = (code: Code, node: Expression): readonly string[] =>
  textsAt(code, node).filter((text) => !text.includes(OPEN) && /^[a-z][a-z0-9-]*$/.test(text));
