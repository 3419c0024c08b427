import { type Expression, type Identifier, type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isCallExpression,
  isNewExpression,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isStringLiteral,
  isTemplateExpression,
} from 'typescript/unstable/ast/is';
import { Lines } from './lines.ts';
import { Code } from './program.ts';
import { NOTHING } from './reading.ts';
import { textsOf } from './texts.ts';

/** A line after `fix:` as the code has it. */
export interface Fix {
  readonly file: string;
  /** The function that has its words. */
  readonly place: string;
  /** All that it can say; a command is between ⟪ and ⟫, what only a run knows between ‹ and ›. */
  readonly texts: readonly string[];
  /** What is said before it, by each finding or error that has it. */
  readonly messages: readonly string[];
}

export interface Collected {
  readonly fixes: readonly Fix[];
  /** What the code makes a fix of in a way that is not known here. */
  readonly unread: readonly string[];
}

/** Every fix that the product can print, from its code. */
export function collect(): Collected {
  using code = new Code();
  const lines = new Lines(code);
  for (const node of code.nodes()) {
    // The second argument of a Refusal.
    if (isNewExpression(node) && node.expression.getText() === 'Refusal' && node.arguments?.[1])
      lines.read(node.arguments[1], NOTHING, spokenWith(code, node.arguments[1]));
    if (isPropertyAssignment(node) && lines.isProperty(node.name.getText()))
      lines.read(node.initializer, NOTHING, spokenWith(code, node.initializer));
    if (isShorthandPropertyAssignment(node) && lines.isProperty(node.name.getText()))
      lines.read(node.name as Identifier, NOTHING, spokenWith(code, node.name));
    if ((isStringLiteral(node) || isTemplateExpression(node)) && / fix: /.test(node.getText()))
      lines.add(node as Expression, NOTHING, spokenWith(code, node), false);
  }
  return lines.collected();
}

/** What is said with a fix: the words beside it in its object, or beside that in the call that is given it. `ends` ends a message. */
export function spokenWith(code: Code, fix: Node): string {
  const said: Expression[] = [];
  const { parent } = fix;
  const object = isObjectLiteralExpression(parent) ? parent : parent?.parent;
  if (object !== undefined && isObjectLiteralExpression(object))
    for (const property of object.properties) {
      if (!isPropertyAssignment(property) && !isShorthandPropertyAssignment(property)) continue;
      if (!/^(message|ends|denied|title|reason)$/.test(property.name.getText())) continue;
      said.push(isPropertyAssignment(property) ? property.initializer : (property.name as Identifier));
    }
  const call = [parent, object?.parent].find(
    (one) => one !== undefined && (isNewExpression(one) || isCallExpression(one)),
  );
  if (call !== undefined && (isNewExpression(call) || isCallExpression(call)))
    said.push(
      ...(call.arguments ?? []).filter((one) => one !== fix && one !== object && !isArrowFunction(one)),
    );
  return said
    .filter(({ kind }) => kind !== SyntaxKind.ObjectLiteralExpression)
    .flatMap((one) => textsOf(code, one, NOTHING, true))
    .join(' ');
}
