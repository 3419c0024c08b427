import type { Node } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isIdentifier,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isTypeReferenceNode,
} from 'typescript/unstable/ast/is';
import type { Symbol as Named } from 'typescript/unstable/sync';
import site from '../../playbooks/site.ts';
import { below } from '../fixes/program.ts';
import type { Declared } from './declared.ts';
import { code, plain, sentence, wrapped } from './markdown.ts';
import { fieldList, type TypeDoc, typeDoc, typesFrom, typeText } from './type-fields.ts';

/** A fact by the name that playbooks have given it, which `provision facts` prints. */
export interface Fact {
  readonly name: string;
  readonly playbooks: readonly string[];
  readonly doc: string;
  /** What asks for it, as the compiler tells it from others. */
  readonly probe: number;
  /** What its answer is. */
  readonly type: string;
  readonly answer: Node;
  /** The type with a name that it is, or that is in it, whose fields are told with it. */
  readonly told: TypeDoc | undefined;
}

export function factsOf(declared: Declared): readonly Fact[] {
  const found = new Map<string, Fact>();
  for (const playbook of site)
    for (const name of Object.keys(playbook.facts)) {
      const fact = read(declared, name, asked(declared, playbook.name, name));
      const same = found.get(name);
      // Two playbooks may give one name to different facts (`factsByName`).
      const own = same === undefined || same.probe === fact.probe ? name : `${playbook.name}.${name}`;
      found.set(own, {
        ...fact,
        name: own,
        playbooks: [...(found.get(own)?.playbooks ?? []), playbook.name],
      });
    }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a playbook's file has for a fact. */
function asked(declared: Declared, playbook: string, name: string): Node {
  for (const node of below(declared.file(`playbooks/${playbook}.ts`))) {
    if (!isCallExpression(node) || node.expression.getText() !== 'definePlaybook') continue;
    const facts = [...below(node)].find(
      (one) => isPropertyAssignment(one) && one.parent?.parent === node && one.name.getText() === 'facts',
    );
    if (facts === undefined || !isPropertyAssignment(facts)) continue;
    if (!isObjectLiteralExpression(facts.initializer)) continue;
    const property = facts.initializer.properties
      .filter(isPropertyAssignment)
      .find((one) => one.name.getText() === name);
    if (property !== undefined) return property.initializer;
  }
  throw new Error(`playbooks/${playbook}.ts does not say how it asks for ${name}`);
}

function read(declared: Declared, name: string, initializer: Node): Omit<Fact, 'playbooks'> {
  const named = probeIn(declared, initializer, new Set());
  const declaration = named && declared.declarationOf(named);
  const answer = declaration && answerOf(declaration);
  if (named === undefined || answer === undefined) throw new Error(`${name} has no declared answer`);
  const [first] = typesFrom(declared, [answer]);
  const told = first && typeDoc(declared, first);
  // A function of the playbook may say what the fact is for.
  const own = isIdentifier(initializer) ? declared.named(initializer) : undefined;
  const docs = [own ?? named, named].map((one) => declared.docOf(one));
  return {
    name,
    doc: docs.find((words) => words !== '') ?? told?.doc ?? '',
    probe: named.id,
    type: typeText(answer),
    answer,
    told,
  };
}

/** The declaration of the facts that some code asks for, be it by way of a function of the playbook. */
function probeIn(declared: Declared, node: Node, seen: Set<number>): Named | undefined {
  for (const named of declared.namesIn(node)) {
    if (seen.has(named.id)) continue;
    seen.add(named.id);
    const declaration = declared.declarationOf(named);
    if (declaration === undefined) continue;
    const path = declared.pathOf(declaration);
    if (path.startsWith('src/facts/') && answerOf(declaration) !== undefined) return named;
    const found = path.startsWith('playbooks/') ? probeIn(declared, declaration, seen) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of `Probe<T>` in the type of a declaration, `T`. */
function answerOf(declaration: Node) {
  const { name } = declaration as { readonly name?: Node };
  if (name === undefined || !isIdentifier(name) || !/Facts$/.test(name.text)) return undefined;
  for (const node of below(declaration))
    if (isTypeReferenceNode(node) && node.typeName.getText() === 'Probe') return node.typeArguments?.[0];
  return undefined;
}

/** The first paragraph of a docstring. What follows is about how the host is asked. */
const firstOf = (doc: string) => doc.split('\n\n')[0] ?? '';

export function factSection({ name, playbooks, doc, type, told }: Fact): string {
  const own = told?.fields.length === 0 && told.name === type ? told.text : undefined;
  return [
    `### ${code(name)}`,
    wrapped(
      [
        ...(doc === '' ? [] : [sentence(plain(firstOf(doc)))]),
        `Its type is ${code(own ?? type)}.`,
        `The playbook${playbooks.length === 1 ? '' : 's'} ${playbooks.map(code).join(', ')} ${playbooks.length === 1 ? 'asks' : 'ask'} for it.`,
      ].join(' '),
    ),
    ...(told === undefined || told.fields.length === 0 ? [] : [fieldList(told.fields)]),
  ].join('\n\n');
}
