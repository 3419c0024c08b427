import type { Declared } from './declared.ts';
import { type Line, linesOf } from './events.ts';
import { code, plain, sentence, wrapped } from './markdown.ts';
import { fieldList, type TypeDoc, typeDoc, typeSection, typesFrom } from './type-fields.ts';

export interface JsonLines {
  readonly events: readonly Line[];
  readonly printed: readonly Line[];
  readonly error: TypeDoc;
  /** What is in the lines, by the name that the code has for it. */
  readonly types: readonly TypeDoc[];
}

/** All that is printed for programs. */
export function jsonLinesOf(declared: Declared): JsonLines {
  const ofJson = (name: string) => {
    const named = declared.exportsOf('src/render/json.ts').get(name);
    if (named === undefined) throw new Error(`src/render/json.ts has no ${name}`);
    return typeDoc(declared, named);
  };
  const summary = ofJson('PlanSummary');
  const events = linesOf(declared, 'src/engine/events.ts', 'Event').map((line) =>
    line.kind === 'planned' ? { ...line, fields: [...line.fields, ...summary.fields] } : line,
  );
  const printed = linesOf(declared, 'src/cli/printed.ts', 'Printed');
  const nodes = [...events, ...printed].map(({ node }) => node);
  // What the mail stack says of a look from outside: the engine does not know of it.
  const front = declared.exportsOf('src/outside/front.ts').get('FrontAnswer');
  const ofFront = front && declared.declarationOf(front);
  if (front === undefined || ofFront === undefined)
    throw new Error('src/outside/front.ts has no FrontAnswer');
  const types = [...new Set([...typesFrom(declared, nodes), front, ...typesFrom(declared, [ofFront])])].map(
    (named) => typeDoc(declared, named),
  );
  return { events, printed, error: ofJson('ErrorFields'), types };
}

export const jsonLinesSection = ({ events, printed, error, types }: JsonLines): string =>
  [
    '### Events of a run',
    ...events.map(lineSection),
    '### Lines of other verbs',
    ...printed.map(lineSection),
    '### Errors in JSON',
    wrapped(sentence(plain(error.doc))),
    fieldList(error.fields),
    '### Types of these fields',
    ...types.map((type) => typeSection(type, '####')),
  ].join('\n\n');

const lineSection = ({ kind, doc, fields }: Line): string =>
  [
    `#### ${code(kind)}`,
    wrapped(sentence(plain(doc))),
    ...(fields.length === 0 ? [] : [fieldList(fields)]),
  ].join('\n\n');
