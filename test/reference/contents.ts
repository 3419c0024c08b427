import site from '../../playbooks/site.ts';
import { type Codes, codesOf } from './codes.ts';
import { Declared } from './declared.ts';
import { type Exit, exitsOf } from './exits.ts';
import { type Fact, factsOf } from './facts.ts';
import { inventoryKeys, type Keys } from './inventory.ts';
import { type JsonLines, jsonLinesOf } from './json-lines.ts';
import { type Kind, kindsOf } from './kinds.ts';
import { type TypeDoc, typeDoc, typesFrom } from './type-fields.ts';

/** All that the page tells, as the code says it. */
export interface Contents {
  readonly inventory: readonly Keys[];
  readonly exits: readonly Exit[];
  readonly lines: JsonLines;
  readonly codes: Codes;
  readonly kinds: readonly Kind[];
  readonly facts: readonly Fact[];
  /** Types in the answers of facts that are not told with a fact itself. */
  readonly factTypes: readonly TypeDoc[];
}

export function contents(): Contents {
  using declared = new Declared();
  const facts = factsOf(declared);
  const told = new Set(facts.map(({ told }) => told?.name));
  return {
    inventory: inventoryKeys(site),
    exits: exitsOf(declared),
    lines: jsonLinesOf(declared),
    codes: codesOf(),
    kinds: kindsOf(declared),
    facts,
    factTypes: typesFrom(
      declared,
      facts.map(({ answer }) => answer),
    )
      .filter(({ name }) => !told.has(name))
      .map((named) => typeDoc(declared, named)),
  };
}
