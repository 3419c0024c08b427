import type { z } from 'zod';
import * as product from '../../src/index.ts';
import type { Declared } from './declared.ts';
import { keyList } from './key-list.ts';
import { code, plain, sentence, wrapped } from './markdown.ts';
import { type Key, keysOf } from './schema-keys.ts';

/** A kind of resource with what playbooks call to have one. */
export interface Kind {
  readonly name: string;
  readonly kind: string;
  readonly doc: string;
  readonly wanted: readonly Key[];
}

interface Factory {
  readonly kind: string;
  readonly want: z.ZodType;
}

const isFactory = (value: unknown): value is Factory =>
  typeof value === 'function' && 'kind' in value && 'want' in value;

/** All kinds that a playbook can import. A field means what its docstring says, which is what an editor shows. */
export function kindsOf(declared: Declared): readonly Kind[] {
  const exported = declared.exportsOf('src/index.ts');
  return Object.entries(product)
    .flatMap(([name, value]) => {
      const named = exported.get(name);
      if (!isFactory(value) || named === undefined) return [];
      const argument = declared.argumentOf(named);
      const wanted = keysOf(value.want).map((key) => {
        const property = argument && declared.propertyAt(argument, key.path);
        const doc = property === undefined ? '' : declared.docOf(property);
        return { ...key, meaning: doc === '' ? key.meaning : doc };
      });
      return [{ name, kind: value.kind, doc: declared.docOf(named), wanted }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const kindSection = ({ name, kind, doc, wanted }: Kind): string =>
  [
    `### ${code(name)}`,
    wrapped(`${sentence(plain(doc))} In a plan it is called ${code(kind)}.`),
    ...(wanted.length === 0 ? ['Nothing is wanted of it.'] : [keyList(wanted)]),
  ].join('\n\n');
