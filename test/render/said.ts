import type { Plan } from '../../src/engine/index.ts';
import { isSaidBy, nameOf } from '../../src/render/plan-items.ts';

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
    if (about.length > 0 && about.every(({ atMost }) => atMost === exact))
      return [`${name} ${host}: exact is ${exact}`];
    const likeOthers = told.filter((part) => part.stage === '' && part.hosts.has(host));
    return items.flatMap((item) => {
      const { kind, key, elsewhere, changes, restarts, lasting, unknown } = item;
      const fields = changes.filter((change) => !isSaidBy(kind, key, change));
      const own = elsewhere === 'same' ? fields.filter(({ from }) => from !== null) : fields;
      const words = [kind, ...wordsOf(nameOf(item))];
      const here =
        about.some((part) => hasAll(part, [...words, ...fields.flatMap(({ field }) => wordsOf(field))])) ||
        likeOthers.some((part) => hasAll(part, [...words, ...own.flatMap(({ field }) => wordsOf(field))]));
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

const hasAll = ({ words }: Told, all: readonly string[]) => all.every((word) => words.has(word));

function parts({ hosts }: Plan, text: string): readonly Told[] {
  const told: (Omit<Told, 'words'> & { words: Set<string> })[] = [];
  for (const line of text.split('\n')) {
    const [, stage, where] = /^([\w.-]+\/[\w.-]+) on (.+)$/.exec(line) ??
      /^()(.+) gets? what other hosts have already, at most$/.exec(line) ?? [undefined, undefined, undefined];
    if (stage !== undefined && where !== undefined) {
      const named = wordsOf(where.replace(/, at most$/, ''));
      told.push({
        stage,
        hosts: new Set(named.join(' ') === 'all hosts' ? hosts.map(({ name }) => name) : named),
        atMost: where.endsWith(', at most'),
        words: new Set(),
      });
    } else for (const word of wordsOf(line)) told.at(-1)?.words.add(word);
  }
  return told;
}
