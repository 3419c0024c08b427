import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Identifier, Node, SourceFile } from 'typescript/unstable/ast';
import { isIdentifier, isIndexedAccessTypeNode } from 'typescript/unstable/ast/is';
import { API, type Symbol as Named, SignatureKind, SymbolFlags, type Type } from 'typescript/unstable/sync';
import { below } from '../fixes/program.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the compiler knows of the product's declarations: their docstrings and types, as an editor shows them. */
export class Declared implements Disposable {
  readonly #api = new API({ cwd: ROOT });
  readonly #project;

  constructor() {
    const [project] = this.#api.updateSnapshot({ openProjects: [`${ROOT}/tsconfig.json`] }).getProjects();
    if (project === undefined) throw new Error('there is no project');
    this.#project = project;
  }

  [Symbol.dispose](): void {
    this.#api.close();
  }

  get #checker() {
    return this.#project.checker;
  }

  file(path: string): SourceFile {
    const file = this.#project.program.getSourceFile(`${ROOT}/${path}`);
    if (file === undefined) throw new Error(`the compiler knows no ${path}`);
    return file;
  }

  /** What a module exports, by name, where each is declared. */
  exportsOf(path: string): ReadonlyMap<string, Named> {
    const module = this.#checker.getSymbolAtLocation(this.file(path));
    if (module === undefined) throw new Error(`${path} is no module`);
    return new Map(
      this.#checker.getExportsOfModule(module).map((found) => [found.name, this.#original(found)]),
    );
  }

  docOf(named: Named): string {
    return named.getDocumentationComment(this.#checker);
  }

  typeOf(named: Named): Type | undefined {
    return this.#checker.getTypeOfSymbol(named);
  }

  /** A type as the compiler says it, where its node only points elsewhere: `Service['protocol']`. */
  textOf(named: Named): string {
    const type = this.typeOf(named);
    return type === undefined ? '' : this.#checker.typeToString(type).replaceAll('"', "'");
  }

  /** The type of the first argument that a function takes. */
  argumentOf(named: Named): Type | undefined {
    const type = this.typeOf(named);
    const [signature] = type === undefined ? [] : this.#checker.getSignaturesOfType(type, SignatureKind.Call);
    return signature && this.#checker.getParameterType(signature, 0);
  }

  /** The properties of a declared type: its own, then those that it has of others. */
  propertiesOf(named: Named): readonly Named[] {
    const own = this.declarationOf(named);
    const all = this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(named));
    // The compiler gives those of others in any order.
    const place = (property: Named) => {
      const node = this.declarationOf(property);
      if (node === undefined) return '';
      return `${node.parent === own ? 0 : 1} ${this.pathOf(node)} ${String(node.pos).padStart(8, '0')}`;
    };
    return all.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  }

  /** The property of a type at a path: `entries[].address`, `networks.NAME.subnet`. */
  propertyAt(type: Type, path: string): Named | undefined {
    let found: Named | undefined;
    let at: readonly Type[] = [type];
    for (const step of path.replaceAll('[]', '.[]').split('.')) {
      const every = at.flatMap((one) => this.#members(one));
      found = every.map((one) => this.#checker.getPropertyOfType(one, step)).find((one) => one !== undefined);
      const next =
        found === undefined
          ? every.flatMap((one) => this.#checker.getIndexInfosOfType(one).map(({ valueType }) => valueType))
          : [this.typeOf(found)];
      at = next.filter((one) => one !== undefined);
    }
    return found;
  }

  declarationOf(named: Named): Node | undefined {
    return (named.valueDeclaration ?? named.declarations[0])?.resolve(this.#project);
  }

  pathOf(node: Node): string {
    return relative(ROOT, node.getSourceFile().fileName);
  }

  /** What a name means where it stands, through imports. */
  named(name: Identifier): Named | undefined {
    const found = this.#checker.getSymbolAtLocation(name);
    return found && this.#original(found);
  }

  /** All that is named in a piece of code, in order. */
  *namesIn(node: Node): Generator<Named> {
    const nodes = isIdentifier(node) ? [node] : below(node);
    for (const one of nodes) {
      const points = one.parent?.parent !== undefined && isIndexedAccessTypeNode(one.parent.parent);
      const found = isIdentifier(one) && !points ? this.named(one) : undefined;
      if (found !== undefined) yield found;
    }
  }

  /** Of a type that is one of several, each. */
  #members(type: Type): readonly Type[] {
    return type.isUnionType() ? (type.getTypes() ?? []).flatMap((one) => this.#members(one)) : [type];
  }

  #original(found: Named): Named {
    return (found.flags & SymbolFlags.Alias) === 0 ? found : this.#checker.getAliasedSymbol(found);
  }
}
