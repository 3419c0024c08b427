import { type Expression, type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isBindingElement,
  isCallExpression,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isIdentifier,
  isParameterDeclaration,
  isPropertyAccessExpression,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { type Code, type Invocation, returnsOf } from './program.ts';

/** What the parameters of the functions that are being read stand for. */
export type Given = ReadonlyMap<Node, { readonly value: Expression; readonly given: Given }>;
export const NOTHING: Given = new Map();

/** A function of ours with its parameters, whichever way it is written. */
export interface Defined {
  /** What its name leads to. */
  readonly declaration: Node;
  readonly name: string;
  readonly parameters: readonly Node[];
  readonly body: Node;
}

/** The function that a declaration declares: `function f`, `const f = () =>`. */
export function functionOf(declaration: Node | undefined): Defined | undefined {
  if (declaration === undefined) return undefined;
  if (isFunctionDeclaration(declaration) && declaration.body !== undefined)
    return {
      declaration,
      name: declaration.name?.text ?? '',
      parameters: declaration.parameters,
      body: declaration.body,
    };
  if (!isVariableDeclaration(declaration) || !isIdentifier(declaration.name)) return undefined;
  const made = declaration.initializer;
  return made !== undefined && isArrowFunction(made)
    ? { declaration, name: declaration.name.text, parameters: made.parameters, body: made.body }
    : undefined;
}

/** What a call of one of our functions gives, each with what the parameters stand for there. */
export function resultsOf(
  code: Code,
  call: Invocation,
  given: Given,
): readonly { readonly value: Expression; readonly given: Given }[] | undefined {
  if (!isCallExpression(call) || !isIdentifier(call.expression)) return undefined;
  const called = functionOf(code.declarationOf(call.expression));
  if (called === undefined || given.size > 60) return undefined;
  const own = new Map(given);
  called.parameters.forEach((parameter, index) => {
    const value = call.arguments[index];
    if (value !== undefined) own.set(parameter, { value, given });
  });
  return returnsOf(called.body).map((value) => ({ value, given: own }));
}

/** The arguments that callers give to a parameter: by the function's name, or by that of the class that a constructor makes. */
export function argumentsFor(
  code: Code,
  parameter: Node,
): readonly { value: Expression; call: Invocation }[] {
  const holder = parameter.parent;
  const declaration = isConstructorDeclaration(holder)
    ? holder.parent
    : isFunctionDeclaration(holder)
      ? holder
      : holder.parent;
  const { name } = declaration as { name?: { text?: string } };
  const { parameters } = holder as unknown as { parameters: readonly Node[] };
  const at = parameters.indexOf(parameter);
  const isRest = (parameter as { dotDotDotToken?: Node }).dotDotDotToken !== undefined;
  return code.callsOf(name?.text ?? '', declaration).flatMap((call) => {
    const all = [...(call.arguments ?? [])];
    return (isRest ? all.slice(at) : all.slice(at, at + 1)).map((value) => ({ value, call }));
  });
}

/** The parameter of a function that is handed to a method of a list, `map((name) => …)`, and what that list is. */
export function listOf(parameter: Node): Expression | undefined {
  const arrow = parameter.parent;
  if (!isArrowFunction(arrow) || !isCallExpression(arrow.parent)) return undefined;
  const { expression } = arrow.parent;
  return isPropertyAccessExpression(expression) ? expression.expression : undefined;
}

/** The name of the function, method or constant at the top of which something stands. */
export function placeOf(node: Node): string {
  const names: string[] = [];
  for (let at: Node = node; at !== undefined; at = at.parent) {
    const { name } = at as { name?: Node };
    const isNamed =
      isFunctionDeclaration(at) ||
      isVariableDeclaration(at) ||
      isFunctionExpression(at) ||
      /Method|ClassDeclaration/.test(SyntaxKind[at.kind] ?? '');
    const inside = isVariableDeclaration(at) && !isTop(at) && functionOf(at) === undefined;
    if (isNamed && !inside && name !== undefined && isIdentifier(name)) names.unshift(name.text);
  }
  return names.slice(0, 2).join('.') || 'module';
}

const isTop = (node: Node) => node.parent?.parent?.parent?.kind === SyntaxKind.SourceFile;

export const isParameter = isParameterDeclaration;
export const isElement = isBindingElement;
