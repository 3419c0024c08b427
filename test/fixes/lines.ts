import { type Expression, type ObjectLiteralExpression, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrayLiteralExpression,
  isArrowFunction,
  isAsExpression,
  isBinaryExpression,
  isBindingElement,
  isCallExpression,
  isConditionalExpression,
  isIdentifier,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isSpreadElement,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { type Collected, type Fix, spokenWith } from './collect.ts';
import { type Code, returnsOf } from './program.ts';
import { argumentsFor, type Given, listOf, placeOf, resultsOf } from './reading.ts';
import { END, RUN, textsOf } from './texts.ts';

/** Properties whose value becomes a fix. `looks` of a fact are shown as fixes by the rules. */
const PROPERTIES = ['fix', 'looks'];
/** Methods that give parts of the list that they are asked of. */
const PARTS = /^(filter|slice|sort|toSorted|reverse|toReversed|concat)$/;

/** Takes what becomes fixes apart into lines, through the functions that make them. */
export class Lines {
  readonly #code: Code;
  readonly #found = new Map<string, Fix>();
  readonly #unread = new Set<string>();
  readonly #read = new Set<string>();

  constructor(code: Code) {
    this.#code = code;
  }

  isProperty(name: string): boolean {
    return PROPERTIES.includes(name);
  }

  collected(): Collected {
    return { fixes: [...this.#found.values()], unread: [...this.#unread] };
  }

  /** `runs`: it is a command that is run on a host. */
  read(node: Expression, given: Given, message: string, runs = false): undefined {
    const on = (inner: Expression, own = given) => this.read(inner, own, message, runs);
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isTemplateExpression(node))
      return this.add(node, given, message, runs);
    if (isTaggedTemplateExpression(node)) return this.add(node, given, message, true);
    if (isParenthesizedExpression(node) || isAsExpression(node) || isSpreadElement(node))
      return on(node.expression);
    if (isArrayLiteralExpression(node)) return eachOf(node.elements, on);
    if (isConditionalExpression(node)) return eachOf([node.whenTrue, node.whenFalse], on);
    if (isBinaryExpression(node)) {
      if (node.operatorToken.kind !== SyntaxKind.AmpersandAmpersandToken) on(node.left);
      return on(node.right);
    }
    if (isObjectLiteralExpression(node)) return this.#said(node, given, message);
    if (isPropertyAccessExpression(node))
      return node.name.text === 'shown' ? on(node.expression) : this.#property(node.name.text, node);
    if (isIdentifier(node)) return this.#named(node, given, message, runs);
    if (isNewExpression(node) && node.expression.getText() === 'Set') return eachOf(node.arguments ?? [], on);
    if (isCallExpression(node)) return this.#call(node, given, message, runs);
    this.#leave(node);
  }

  /** Notes a line. The same words in one function are one line, with what each finding says that has it. */
  add(node: Expression, given: Given, message: string, runs: boolean): undefined {
    const texts = textsOf(this.#code, node, given)
      .filter((text) => text !== '')
      .map((text) => (runs && !text.startsWith(RUN) ? `${RUN}${text}${END}` : text));
    this.#note(node, texts, message);
  }

  /** `{ say, run }`. */
  #said(node: ObjectLiteralExpression, given: Given, message: string): undefined {
    const partOf = (name: string) =>
      node.properties.filter(isPropertyAssignment).find((one) => one.name.getText() === name)?.initializer;
    const [say, run] = [partOf('say'), partOf('run')];
    if (say === undefined || run === undefined) return this.#leave(node);
    const [words = ''] = textsOf(this.#code, say, given, true);
    const texts = textsOf(this.#code, run, given).map((text) => `${words}: ${RUN}${text}${END}`);
    this.#note(node, texts, message);
  }

  #note(node: Expression, texts: readonly string[], message: string): undefined {
    const [first] = texts;
    if (first === undefined) return;
    const [file, place] = [this.#code.pathOf(node), placeOf(node)];
    const key = `${file} ${place} ${first}`;
    const before = this.#found.get(key);
    this.#found.set(key, {
      file,
      place,
      texts: [...new Set([...(before?.texts ?? []), ...texts])],
      messages: [...new Set([...(before?.messages ?? []), message])],
    });
  }

  #named(
    node: Expression & { readonly text: string },
    given: Given,
    message: string,
    runs: boolean,
  ): undefined {
    if (node.text === 'undefined') return;
    const declaration = this.#code.declarationOf(node as never);
    const own = declaration && given.get(declaration);
    if (own !== undefined) return this.read(own.value, own.given, message, runs);
    if (declaration !== undefined && isVariableDeclaration(declaration)) {
      if (declaration.initializer !== undefined && isIdentifier(declaration.name))
        return this.read(declaration.initializer, given, message, runs);
    } else if (declaration !== undefined && isParameterDeclaration(declaration)) {
      const list = listOf(declaration);
      if (list !== undefined) return this.read(list, given, message, runs);
      const key = `${this.#code.pathOf(declaration)} ${declaration.pos} ${runs}`;
      if (this.#read.has(key)) return;
      this.#read.add(key);
      if (declaration.initializer !== undefined) this.read(declaration.initializer, given, message, runs);
      return eachOf(argumentsFor(this.#code, declaration), ({ value }) =>
        this.read(value, given, spokenWith(this.#code, value), runs),
      );
    } else if (declaration !== undefined && isBindingElement(declaration))
      return this.#property((declaration.propertyName ?? declaration.name)?.getText() ?? '', node);
    this.#leave(node);
  }

  /** What is taken out of an object was put there under the same name, and is read there. */
  #property(name: string, node: Expression): undefined {
    if (!this.isProperty(name)) this.#leave(node);
  }

  #call(node: Expression, given: Given, message: string, runs: boolean): undefined {
    if (!isCallExpression(node)) return;
    const [first] = node.arguments;
    const { expression } = node;
    if (isPropertyAccessExpression(expression)) {
      const method = expression.name.text;
      const last = node.arguments.findLast((one) => !isObjectLiteralExpression(one));
      if (method === 'onHost' && last !== undefined) return this.read(last, given, message, true);
      if (PARTS.test(method)) return this.read(expression.expression, given, message, runs);
      if (/^(map|flatMap)$/.test(method) && first !== undefined && isArrowFunction(first))
        return eachOf(returnsOf(first.body), (one) => this.read(one, given, message, runs));
      // `refusal.lines(onHost)`: what it was made with is read there.
      if (method === 'lines') return;
    }
    const declaration = isIdentifier(expression) ? this.#code.declarationOf(expression) : undefined;
    // `remedy(host)`, where callers say what the remedy is.
    if (declaration !== undefined && isParameterDeclaration(declaration))
      return eachOf(argumentsFor(this.#code, declaration), ({ value }) => {
        if (!isArrowFunction(value)) return this.#leave(value);
        eachOf(returnsOf(value.body), (one) => this.read(one, given, message, runs));
      });
    const results = resultsOf(this.#code, node, given);
    if (results === undefined) return this.#leave(node);
    for (const { value, given: own } of results) this.read(value, own, message, runs);
  }

  #leave(node: Expression): undefined {
    this.#unread.add(`${this.#code.pathOf(node)} ${placeOf(node)}: ${node.getText().slice(0, 100)}`);
  }
}

function eachOf<T>(all: readonly T[], act: (one: T) => void): undefined {
  for (const one of all) act(one);
}
