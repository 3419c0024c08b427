import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CallExpression,
  type Expression,
  type Identifier,
  type NewExpression,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast';
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isShorthandPropertyAssignment,
} from 'typescript/unstable/ast/is';
import { API, type Symbol as Named, SymbolFlags } from 'typescript/unstable/sync';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What answers of a playbook are to be like: it has keys such as `fix` and `code`, and says none. */
const SHAPES = 'src/playbook/answers.ts';

export type Invocation = CallExpression | NewExpression;

/** The product's own code as the compiler reads it. */
export class Code implements Disposable {
  readonly #api = new API({ cwd: ROOT });
  readonly #project;
  readonly files: readonly SourceFile[];
  readonly #calls = new Map<string, Invocation[]>();

  constructor() {
    const [project] = this.#api.updateSnapshot({ openProjects: [`${ROOT}/tsconfig.json`] }).getProjects();
    if (project === undefined) throw new Error('there is no project');
    this.#project = project;
    this.files = project.program
      .getSourceFileNames()
      .map((name) => [name, relative(ROOT, name)] as const)
      .filter(([, path]) => /^(src|playbooks)\//.test(path) && path !== SHAPES)
      .map(([name]) => name)
      .flatMap((name) => project.program.getSourceFile(name) ?? [])
      .toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1));
    for (const node of this.nodes()) {
      if (!isCallExpression(node) && !isNewExpression(node)) continue;
      const name = isIdentifier(node.expression) ? node.expression.text : '';
      this.#calls.set(name, [...(this.#calls.get(name) ?? []), node]);
    }
  }

  [Symbol.dispose](): void {
    this.#api.close();
  }

  *nodes(): Generator<Node> {
    for (const file of this.files) yield* below(file);
  }

  pathOf(node: Node): string {
    return relative(ROOT, node.getSourceFile().fileName);
  }

  /** Where a name is declared, through imports and what a file hands on. */
  declarationOf(name: Identifier): Node | undefined {
    const { checker } = this.#project;
    const found = isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    return found && this.#own(found)?.valueDeclaration?.resolve(this.#project);
  }

  /** All calls by its own name of what is declared there. */
  callsOf(name: string, declaration: Node): readonly Invocation[] {
    return (this.#calls.get(name) ?? []).filter(
      ({ expression }) => isIdentifier(expression) && this.declarationOf(expression) === declaration,
    );
  }

  #own(found: Named): Named {
    const { checker } = this.#project;
    return (found.flags & SymbolFlags.Alias) === 0 ? found : checker.getAliasedSymbol(found);
  }
}

export function* below(node: Node): Generator<Node> {
  const children: Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) {
    yield child;
    yield* below(child);
  }
}

/** What a function gives: of an arrow its expression, else what it returns, without what functions inside of it do. */
export function returnsOf(body: Node): readonly Expression[] {
  if (body.kind !== SyntaxKind.Block) return [body as Expression];
  const found: Expression[] = [];
  const visit = (node: Node) => {
    if (/Arrow|Function|Method/.test(SyntaxKind[node.kind] ?? '')) return;
    const { expression } = node as { expression?: Expression };
    if (node.kind === SyntaxKind.ReturnStatement && expression !== undefined) found.push(expression);
    node.forEachChild(visit);
  };
  body.forEachChild(visit);
  return found;
}
