import { coreSchema } from '../../src/inventory/core.ts';
import type { Section } from '../../src/inventory/index.ts';
import { keyList } from './key-list.ts';
import { code, plain, sentence, wrapped } from './markdown.ts';
import { type Key, keysOf } from './schema-keys.ts';
import { unwrap } from './schema-words.ts';

/** Keys that may be said in the same places. */
export interface Keys {
  readonly heading: string;
  readonly words: string;
  /** What all paths begin with. */
  readonly at: string;
  readonly keys: readonly Key[];
}

/** All keys that an inventory can have. */
export function inventoryKeys(sections: readonly Section[]): readonly Keys[] {
  const core = {
    heading: 'Of every inventory',
    words:
      'All other keys at the top are sections. A host, and a group, may have a part of each section as well.',
    at: '',
    keys: keysOf(coreSchema),
  };
  return [core, ...sections.flatMap(sectionKeys)];
}

function sectionKeys({ name, cluster, host }: Section): readonly Keys[] {
  const meaning = [cluster, host].map((schema) => unwrap(schema).meta.description).find((words) => words);
  const parts = [
    { keys: keysOf(cluster), where: 'These hold for the whole cluster, and stand in the section alone.' },
    {
      keys: keysOf(host),
      where: `These may stand in the section, for all hosts, and in a group or a host as \`${name}: { … }\`; the later wins.`,
    },
  ].filter(({ keys }) => keys.length > 0);
  return parts.map(({ keys, where }, index) => ({
    heading: index === 0 ? code(name) : '',
    words: `${index === 0 && meaning !== undefined ? `The section ${code(name)}: ${sentence(plain(String(meaning)))} ` : ''}${where}`,
    at: `${name}.`,
    keys,
  }));
}

export const inventorySection = (all: readonly Keys[]): string =>
  all
    .flatMap(({ heading, words, at, keys }) => [
      ...(heading === '' ? [] : [`### ${heading}`]),
      wrapped(words),
      keyList(keys, at),
    ])
    .join('\n\n');
