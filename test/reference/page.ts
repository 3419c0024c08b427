import { codesSection } from './codes-section.ts';
import type { Contents } from './contents.ts';
import { exitList } from './exits.ts';
import { factSection } from './facts.ts';
import { inventorySection } from './inventory.ts';
import { jsonLinesSection } from './json-lines.ts';
import { kindSection } from './kinds.ts';
import { anchorsOf, bullet, wrapped } from './markdown.ts';
import { typeSection } from './type-fields.ts';
import { verbs } from './verbs.ts';

/** What rewrites the page. */
export const COMMAND = 'npm run reference';

const WRITTEN = `The code writes this page, with \`${COMMAND}\`. What is changed here by hand is lost, and fails a test.`;

/** All of docs/reference.md. */
export function page({ inventory, exits, lines, codes, kinds, facts, factTypes }: Contents): string {
  const parts: readonly Part[] = [
    {
      heading: 'The inventory',
      words:
        'An inventory is a YAML file. In a path `NAME` stands for a name of yours, and `[]` for each item of a list. An editor shows the same words over a key.',
      text: inventorySection(inventory),
    },
    { heading: 'The command line', words: 'What can be typed.', text: verbs() },
    { heading: 'Exit codes', words: 'The command ends with one of these.', text: exitList(exits) },
    {
      heading: 'Lines of JSON',
      words:
        'With `--output json` a verb prints objects, one a line, and nothing else; `logs` alone prints what the service has said. Each object says in `kind` what it tells. The log of a run has the same lines, each with its moment (`at`).',
      text: jsonLinesSection(lines),
    },
    {
      heading: 'Codes',
      words:
        'A program knows an error, and a finding, by its `code`. The words for people may change, the codes do not.',
      text: codesSection(codes),
    },
    {
      heading: 'Kinds of resources',
      words: 'A playbook imports these from `provision-swarm`, and calls one with what it wants.',
      text: kinds.map(kindSection).join('\n\n'),
    },
    {
      heading: 'Facts',
      words:
        'Playbooks ask each host for these before anything is changed. `provision facts` prints them by these names.',
      text: [
        ...facts.map(factSection),
        '### Types of these answers',
        ...factTypes.map((type) => typeSection(type, '####')),
      ].join('\n\n'),
    },
  ];
  const text = parts
    .map(({ heading, words, text }) => [`## ${heading}`, wrapped(words), text].join('\n\n'))
    .join('\n\n');
  const anchors = anchorsOf(text);
  const links = parts.map(({ heading }) => {
    const found = anchors.findLast((one) => one.heading === heading);
    return bullet(`[${heading}](#${found?.anchor})`);
  });
  return `${['# Reference', wrapped(WRITTEN), links.join('\n'), text].join('\n\n')}\n`;
}

interface Part {
  readonly heading: string;
  readonly words: string;
  readonly text: string;
}
