import { isObjectLiteralExpression, isPropertyAssignment } from 'typescript/unstable/ast/is';
import { EXIT } from '../../src/errors/index.ts';
import { below } from '../fixes/program.ts';
import type { Declared } from './declared.ts';
import { bullet, code, plain, sentence } from './markdown.ts';

/** An exit code and what it means. */
export interface Exit {
  readonly code: number;
  readonly doc: string;
}

export function exitsOf(declared: Declared): readonly Exit[] {
  const named = declared.exportsOf('src/errors/exit.ts').get('EXIT');
  const declaration = named && declared.declarationOf(named);
  const object = declaration && [...below(declaration)].find(isObjectLiteralExpression);
  const properties = object === undefined ? [] : [...object.properties].filter(isPropertyAssignment);
  return properties.map((property) => {
    const name = property.name.getText() as keyof typeof EXIT;
    const own = declared.named(property.name as never);
    return { code: EXIT[name], doc: own === undefined ? '' : declared.docOf(own) };
  });
}

export const exitList = (exits: readonly Exit[]): string =>
  exits.map((exit) => bullet(`${code(String(exit.code))}: ${sentence(plain(exit.doc))}`)).join('\n');
