import { bullet, code, plain, sentence, upper, valueCode } from './markdown.ts';
import { type Key, withoutRepeats } from './schema-keys.ts';

type Told = Key & { readonly as?: string };

/** The keys of a schema as a list. `at` is what all paths begin with. */
export function keyList(keys: readonly Key[], at = ''): string {
  return withoutRepeats(keys)
    .map((key) => bullet(key.fixed === undefined ? keyText(key, at) : formText(key, at)))
    .join('\n');
}

const toldBy = ({ meaning }: Key) => (meaning === undefined ? '' : ` ${sentence(plain(meaning))}`);

/** One form of a map, by the key that tells it. */
const formText = (key: Key, at: string) => `${code(`${at}${key.path}: ${key.fixed}`)}:${toldBy(key)}`;

function keyText(key: Told, at: string): string {
  const { path, meaning, type, required, default: value, examples, forms, as } = key;
  const shown = examples.map(valueCode).join(', ');
  return [
    `${code(`${at}${path}`)}${forms.length === 0 ? '' : ` (with ${forms.map(code).join(' or ')})`}:${toldBy(key)}`,
    sentence(upper(plain(type))),
    ...(as === undefined ? [] : [`Its keys are those of ${code(`${at}${as}`)}.`]),
    ...(required ? ['Required.'] : []),
    ...(isTold(value, meaning) ? [] : [`Default: ${valueCode(value)}.`]),
    ...(shown === '' ? [] : [`Example: ${shown}.`]),
  ].join(' ');
}

/** An empty list or map is what everybody expects, and a meaning may name the default itself. */
function isTold(value: unknown, meaning = ''): boolean {
  if (value === undefined || /\bdefault\b/i.test(meaning)) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
