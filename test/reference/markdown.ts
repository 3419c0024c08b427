import { parse } from 'yaml';

/** Columns that a line of the page has at most, where a word fits at all. */
const WIDTH = 100;
/** Code with spaces that is longer may be broken: Markdown takes the end of a line in it for a space. */
const LONGEST = 60;

/** What would begin a list, a heading or a quote at the beginning of a line. */
const MARKER = /^([-+*>]|#+|\d+[.)])$/;

/** Words with what stands in code kept whole, where that is not longer than a line, and with what must not begin one. */
function wordsOf(text: string): readonly string[] {
  const words = (text.match(/(?:``.+?``|`[^`]*`|[^\s`])+/g) ?? []).flatMap((word) =>
    word.length > LONGEST ? word.split(' ') : [word],
  );
  const kept: string[] = [];
  for (const word of words) {
    const last = kept.at(-1);
    if (last !== undefined && MARKER.test(word)) kept[kept.length - 1] = `${last} ${word}`;
    else kept.push(word);
  }
  return kept;
}

/** A paragraph in lines. `first` begins it, `rest` each further line. */
export function wrapped(text: string, first = '', rest = first): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of wordsOf(text)) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest + word;
    } else line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

export const bullet = (text: string, depth = 0): string =>
  wrapped(text, `${'  '.repeat(depth)}- `, `${'  '.repeat(depth)}  `);

export const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

/** A value as an inventory has it. */
export const valueCode = (value: unknown): string => code(flow(value, false));

/** YAML in one line. `inside`: of a list or a map, where more has to be quoted. */
function flow(value: unknown, inside = true): string {
  if (Array.isArray(value)) return `[${value.map((item) => flow(item)).join(', ')}]`;
  if (typeof value === 'string') return isPlain(value, inside) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** Whether YAML reads a text for itself without quotes. */
function isPlain(text: string, inside: boolean): boolean {
  try {
    const [read] = parse(inside ? `[ ${text} ]` : `- ${text}`) as readonly unknown[];
    return read === text;
  } catch {
    return false;
  }
}

/** Ends a sentence that has no end. */
export const sentence = (text: string): string => (/[.:!?…]$/.test(text) ? text : `${text}.`);

export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What GitHub makes of the headings of a page for links to them, in order: one that was there before gets a number. */
export function anchorsOf(text: string): readonly { readonly heading: string; readonly anchor: string }[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return { heading, anchor: before === 0 ? slug : `${slug}-${before}` };
  });
}

/** Words for people: what GitHub would read as a mark is escaped, outside of code. */
export const plain = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/[<*]/g, '\\$&')))
    .join('');
