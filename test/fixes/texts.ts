import { type Expression, type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrayLiteralExpression,
  isArrowFunction,
  isAsExpression,
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isIdentifier,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isSpreadElement,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { type Code, returnsOf } from './program.ts';
import { argumentsFor, type Given, resultsOf } from './reading.ts';

/** Around what is run on a host, and around what only a run knows. */
export const [RUN, END] = ['⟪', '⟫'];
export const [OPEN, CLOSE] = ['‹', '›'];
const MOST = 48;

/**
 * The texts that an expression can be, with what its code says of its parts: constants, functions of ours, both sides of `?:`. What is not
 * known stands as its code, `‹name›`. `merged`: all sides in one text, for looking whether words are in it.
 */
export function textsOf(
  code: Code,
  node: Expression,
  given: Given,
  merged = false,
  depth = 0,
): readonly string[] {
  const all = unmerged(code, node, given, merged, depth);
  const texts = [...new Set(all)];
  return merged || texts.length > MOST ? [texts.join('|')] : texts;
}

function unmerged(
  code: Code,
  node: Expression,
  given: Given,
  merged: boolean,
  depth: number,
): readonly string[] {
  const unknown = [`${OPEN}${node.getText()}${CLOSE}`];
  if (depth > 14) return unknown;
  const of = (inner: Expression, own: Given = given) => textsOf(code, inner, own, merged, depth + 1);
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (isNumericLiteral(node)) return [node.text];
  if (isParenthesizedExpression(node) || isAsExpression(node)) return of(node.expression);
  if (isTaggedTemplateExpression(node)) return node.tag.getText() === 'sh' ? of(node.template) : unknown;
  if (isTemplateExpression(node)) {
    const isShell = isTaggedTemplateExpression(node.parent);
    const wordsOf = (part: { readonly text: string; readonly rawText?: string }) =>
      isShell ? (part.rawText ?? part.text) : part.text;
    return node.templateSpans.reduce<readonly string[]>(
      (texts, span) => product(texts, of(span.expression), wordsOf(span.literal)),
      [wordsOf(node.head)],
    );
  }
  if (isConditionalExpression(node)) return [...of(node.whenTrue), ...of(node.whenFalse)];
  if (isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (kind === SyntaxKind.PlusToken) return product(of(node.left), of(node.right), '');
    if (kind === SyntaxKind.QuestionQuestionToken || kind === SyntaxKind.BarBarToken)
      return [...of(node.left), ...of(node.right)];
    if (kind === SyntaxKind.AmpersandAmpersandToken) return of(node.right);
    return unknown;
  }
  if (isArrayLiteralExpression(node))
    return [node.elements.flatMap((one) => of(isSpreadElement(one) ? one.expression : one)).join(' ')];
  if (isPropertyAccessExpression(node)) return node.name.text === 'shown' ? of(node.expression) : unknown;
  if (isIdentifier(node)) return named(code, node, given, of) ?? unknown;
  if (!isCallExpression(node)) return unknown;
  const [first] = node.arguments;
  const last = node.arguments.findLast((one) => !isObjectLiteralExpression(one));
  const method = isPropertyAccessExpression(node.expression) ? node.expression : undefined;
  const called = method?.name.text ?? node.expression.getText();
  if (last !== undefined && called === 'onHost') return of(last).map((text) => `${RUN}${text}${END}`);
  if (first !== undefined && /^(raw|quote|yamlWord)$/.test(called)) return of(first);
  if (method !== undefined && /^(join|filter|sort|toSorted|slice)$/.test(called))
    return of(method.expression);
  if (first !== undefined && /^(map|flatMap)$/.test(called) && isArrowFunction(first))
    return returnsOf(first.body).flatMap((value) => of(value));
  return resultsOf(code, node, given)?.flatMap((result) => of(result.value, result.given)) ?? unknown;
}

function named(
  code: Code,
  node: Expression & { readonly text: string },
  given: Given,
  of: (inner: Expression, own?: Given) => readonly string[],
): readonly string[] | undefined {
  const declaration = code.declarationOf(node as never);
  if (declaration === undefined) return undefined;
  const own = given.get(declaration);
  if (own !== undefined) return of(own.value, own.given);
  if (isVariableDeclaration(declaration) && isIdentifier(declaration.name) && declaration.initializer)
    return isLoop(declaration) ? undefined : of(declaration.initializer);
  if (!isParameterDeclaration(declaration)) return undefined;
  // Of what callers hand over only commands are of interest: the rest are names of hosts and places.
  const texts = argumentsFor(code, declaration).flatMap(({ value }) => of(value));
  return texts.some((text) => text.includes(RUN)) ? texts : undefined;
}

const isLoop = (declaration: Node) => declaration.parent.parent.kind === SyntaxKind.ForOfStatement;

function product(before: readonly string[], after: readonly string[], end: string): readonly string[] {
  return before.flatMap((one) => after.map((other) => one + other + end));
}
