import type { Plan } from '../../src/engine/index.ts';

/** What a plan's text says of some hosts in a stage. */
interface Told {
  readonly stage: string;
  readonly hosts: ReadonlySet<string>;
  readonly atMost: boolean;
  readonly words: ReadonlySet<string>;
}

const wordsOf = (text: string) => text.split(/[\s,;:()]+/).filter((word) => word !== '');
const joined = (text: string) => text.replace(/\s+/g, ' ');

/** What the JSON of a plan has and its text does not say, of that host and stage. Of what is new as a whole the kind and the key are enough. */
export function unsaid(plan: Plan, text: string): readonly string[] {
  const told = parts(plan, text);
  const all = joined(text);
  const missing = plan.stages.flatMap(({ playbook, stage, host, exact, items }) => {
    const name = `${playbook}/${stage}`;
    const about = told.filter((part) => part.stage === name && part.hosts.has(host));
    if (about.every(({ atMost }) => atMost === exact)) return [`${name} ${host}: exact is ${exact}`];
    return items.flatMap(({ kind, key, changes, restarts, lasting, unknown }) => {
      const isNew = changes.every(({ from }) => from === null);
      const words = [kind, ...wordsOf(key), ...(isNew ? [] : changes.flatMap(({ field }) => wordsOf(field)))];
      const here = about.some((part) => words.every((word) => part.words.has(word)));
      return [
        ...(here ? [] : [`${name} ${host}: ${words.join(' ')}`]),
        ...[unknown, ...lasting, ...restarts.flatMap((restart) => [restart.name, restart.pause])].filter(
          (what): what is string => what !== undefined && !all.includes(joined(what)),
        ),
      ];
    });
  });
  return [...new Set(missing)];
}

function parts({ hosts }: Plan, text: string): readonly Told[] {
  const told: (Omit<Told, 'words'> & { words: Set<string> })[] = [];
  let stage = '';
  for (const line of text.split('\n')) {
    if (/^[\w.-]+\/[\w.-]+$/.test(line)) stage = line;
    else if (/^ {2}\S/.test(line) && stage !== '') {
      const named = wordsOf(line.replace(/, at most$/, ''));
      told.push({
        stage,
        hosts: new Set(named.join(' ') === 'all hosts' ? hosts.map(({ name }) => name) : named),
        atMost: line.endsWith(', at most'),
        words: new Set(),
      });
    } else for (const word of wordsOf(line)) told.at(-1)?.words.add(word);
  }
  return told;
}
