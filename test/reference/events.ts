import type { Node } from 'typescript/unstable/ast';
import {
  isLiteralTypeNode,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isUnionTypeNode,
} from 'typescript/unstable/ast/is';
import type { Declared } from './declared.ts';
import { type Field, membersOf } from './type-fields.ts';

/** A line of JSON, as a union of the code declares it. */
export interface Line {
  readonly kind: string;
  readonly doc: string;
  readonly fields: readonly Field[];
  readonly node: Node;
}

/** The members of a union of objects that are told apart by `kind`, each with the comment before it. */
export function linesOf(declared: Declared, path: string, union: string): readonly Line[] {
  const named = declared.exportsOf(path).get(union);
  const declaration = named && declared.declarationOf(named);
  if (declaration === undefined || !isTypeAliasDeclaration(declaration) || !isUnionTypeNode(declaration.type))
    throw new Error(`${path} has no union ${union}`);
  const text = declaration.getSourceFile().text;
  let end = declaration.type.pos;
  const said = new Map<string, string>();
  return declaration.type.types.map((node) => {
    const doc = commentIn(text.slice(end, node.getStart()));
    end = node.end;
    const kind = kindOf(node);
    const fields = membersOf(declared, node)
      .filter(({ path }) => path !== 'kind')
      .map((field) => {
        // What several have is told once in the code, by the first.
        const name = `${field.path} ${field.type}`;
        if (field.doc !== '' && !said.has(name)) said.set(name, field.doc);
        return field.doc === '' ? { ...field, doc: said.get(name) ?? '' } : field;
      });
    return { kind, doc, fields, node };
  });
}

function kindOf(node: Node): string {
  let kind = '';
  node.forEachChild((child) => {
    if (!isPropertySignatureDeclaration(child) || child.name.getText() !== 'kind') return;
    if (child.type !== undefined && isLiteralTypeNode(child.type))
      kind = child.type.getText().replaceAll("'", '');
  });
  return kind;
}

/** The words of a docstring that stands before a member, where the compiler does not take it for one. */
function commentIn(text: string): string {
  const [, words = ''] = /\/\*\*([\s\S]*?)\*\/\s*\|?\s*$/.exec(text) ?? [];
  return words.replaceAll(/^\s*\* ?/gm, '').trim();
}
