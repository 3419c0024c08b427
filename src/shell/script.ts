import { inspect } from 'node:util';
import { quote } from './quote.ts';
import { MASK, Secret } from './secret.ts';

/** What `sh` accepts between its pieces of text. An array becomes one quoted word an element. */
export type Argument = string | number | Secret | Script | readonly (string | number | Secret)[];

/**
 * Shell text that is safe to run: the only thing that a transport takes. It has two forms, the one that is sent
 * and the one that is shown, which differ only where a `Secret` stands.
 */
export class Script {
  readonly #wire: string;
  readonly #secrets: ReadonlySet<string>;
  readonly #text: string;
  #alone: Script | undefined;
  /** What it shares with others, by its names, each after what it needs itself. */
  readonly shared: ReadonlyMap<string, Shared>;

  /** Not for callers outside this folder: use `sh` or `raw`. */
  constructor(
    wire: string,
    shown: string,
    secrets: ReadonlySet<string> = NONE,
    shared: ReadonlyMap<string, Shared> = NOTHING_SHARED,
  ) {
    this.#wire = wire;
    this.#secrets = secrets;
    // The same text is kept once: there are many of them.
    this.#text = shown === wire ? wire : shown;
    this.shared = shared;
  }

  /** What a command of this script has printed, without the script's secrets. For everything that shows it. */
  mask(output: string): string {
    return [...this.#secrets].reduce((text, secret) => text.replaceAll(secret, MASK), output);
  }

  /** Several scripts in one, each form made by the same rule. */
  static join(scripts: readonly Script[], rule: (texts: readonly string[]) => string): Script {
    const wire = rule(scripts.map((script) => script.#wire));
    const shared = allShared(scripts);
    if (scripts.every((script) => script.#secrets.size === 0)) return new Script(wire, wire, NONE, shared);
    const secrets = new Set(scripts.flatMap((script) => [...script.#secrets]));
    return new Script(wire, rule(scripts.map((script) => script.#text)), secrets, shared);
  }

  /** Not for callers outside this folder: use `shared` or `together`. `command` is what it is asked by, once `name` was put. */
  static sharing(command: string, name: string, question: Script, put: (body: Script) => Shared): Script {
    const shared = new Map([...question.shared, [name, put(question.body())]]);
    return new Script(command, command, question.#secrets, shared);
  }

  /** The text that is sent, with its secrets in clear. For transports, and for nothing that prints. */
  reveal(): string {
    return this.alone().#wire;
  }

  get shown(): string {
    return this.alone().#text;
  }

  /** Without the questions that it shares: they are put before it. */
  body(): Script {
    return new Script(this.#wire, this.#text, this.#secrets);
  }

  /** With the questions that it shares in front of it. */
  alone(): Script {
    if (this.shared.size === 0) return this;
    this.#alone ??= lines([...[...this.shared.values()].map((each) => each.put()), this.body()]);
    return this.#alone;
  }

  /** Both forms, changed in the same way. */
  map(change: (text: string) => string): Script {
    const alone = this.alone();
    return new Script(change(alone.#wire), change(alone.#text), alone.#secrets);
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  [inspect.custom](): string {
    return `Script(${this.shown})`;
  }
}

const NONE: ReadonlySet<string> = new Set();
const NOTHING_SHARED: ReadonlyMap<string, Shared> = new Map();

/** What is put once a script, whoever asks for it. */
export interface Shared {
  /** Text that asks, sets `NAME_code` to its exit code, and defines the commands by which the answers are told. */
  put(): Script;
  /** This and what another script shares by the same name. @throws TypeError where the two cannot be one. */
  with(other: Shared): Shared;
}

/** What several scripts share, each once. @throws TypeError where two questions have one name. */
export function allShared(scripts: readonly Script[]): ReadonlyMap<string, Shared> {
  if (scripts.every(({ shared }) => shared.size === 0)) return NOTHING_SHARED;
  const all = new Map<string, Shared>();
  for (const { shared } of scripts)
    for (const [name, each] of shared) {
      const other = all.get(name);
      all.set(name, other === undefined || other === each ? each : other.with(each));
    }
  return all;
}

/** Shell text taken as it is. The one visible exception to quoting: never for a value from outside. */
export function raw(text: string): Script {
  if (typeof text !== 'string') throw new TypeError(`raw: expected a text, got ${nameOf(text)}`);
  return new Script(text, text);
}

/** Joins scripts, one after the other, each on lines of its own. */
export function lines(scripts: readonly Script[]): Script {
  for (const script of scripts)
    if (!(script instanceof Script)) throw new TypeError(`lines: expected Scripts, got ${nameOf(script)}`);
  return Script.join(scripts, (texts) => texts.join('\n'));
}

/**
 * Shell text with values. Every value is quoted, an array as several words; another `Script` is spliced in; a
 * `Secret` is sent in clear and shown as its mask. A value inside quotes of the text would be quoted twice, so that
 * is an error. Backslashes reach the shell as they are written. A template that starts with a line break loses its
 * common indentation.
 */
export function sh(text: TemplateStringsArray, ...values: readonly Argument[]): Script {
  const { pieces, quoted } = literalOf(text);
  values.forEach((value, index) => {
    if (!(value instanceof Script) && quoted[index] === true)
      throw new TypeError(`a value stands inside quotes, after: ${before(pieces, index)}`);
    if (!isArgument(value))
      throw new TypeError(
        `expected a text, a number, a Secret, a Script or a list of them, got ${nameOf(value)}, after: ${before(pieces, index)}`,
      );
  });
  return Script.join(values.map(word), (words) =>
    pieces.map((piece, index) => piece + (words[index] ?? '')).join(''),
  );
}

const before = (pieces: readonly string[], index: number): string =>
  pieces
    .slice(0, index + 1)
    .join('')
    .slice(-40);

/** Whether it is what the types say: text of a playbook with a value that is not there yet would do another thing. */
function isArgument(value: unknown): boolean {
  if (Array.isArray(value))
    return Array.from(value).every((item) => !(item instanceof Script) && isArgument(item));
  return ['string', 'number'].includes(typeof value) || value instanceof Secret || value instanceof Script;
}

/** What a value is: it is not shown. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (value === undefined || value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list with something else in it';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const made = (value as object).constructor;
  return made === undefined || made === Object ? 'an object' : `a ${made.name}`;
}

/** What stands between the values of a template, and which of them are inside quotes. */
interface Literal {
  readonly pieces: readonly string[];
  readonly quoted: readonly boolean[];
}

/** A place in our code has one template, however often it is filled (ECMAScript, GetTemplateObject): it is read once. */
const literals = new WeakMap<TemplateStringsArray, Literal>();

function literalOf(text: TemplateStringsArray): Literal {
  const known = literals.get(text);
  if (known !== undefined) return known;
  const pieces = dedent(text.raw.map(asWritten));
  const quoted = pieces.map((_, index) => endsInsideQuotes(pieces.slice(0, index + 1).join('')));
  const literal = { pieces, quoted };
  literals.set(text, literal);
  return literal;
}

/** A value as the shell has to read it. */
function word(value: Argument): Script {
  if (value instanceof Script) return value;
  if (value instanceof Secret) return new Script(quote(value.reveal()), MASK, maskedFormsOf(value));
  if (typeof value === 'object') return Script.join(value.map(word), (words) => words.join(' '));
  return raw(quote(String(value)));
}

/** A secret of some lines is also masked line by line. Shorter ones would mask what is none. */
function maskedFormsOf(secret: Secret): ReadonlySet<string> {
  const clear = secret.reveal();
  return new Set([clear, ...clear.split('\n')].map((text) => text.trim()).filter((text) => text.length >= 4));
}

/** Whether a shell that has read `text` (written by us, never a value) is inside '…' or "…". */
function endsInsideQuotes(text: string): boolean {
  const outer: (string | undefined)[] = [];
  let quoted: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted === "'") {
      if (char === "'") quoted = undefined;
    } else if (char === '\\') i++;
    else if (char === '"') quoted = quoted === '"' ? undefined : '"';
    else if (char === "'" && quoted === undefined) quoted = "'";
    else if (char === '(' && (quoted === undefined || text[i - 1] === '$')) {
      outer.push(quoted);
      quoted = undefined;
    } else if (char === ')' && quoted === undefined && outer.length > 0) quoted = outer.pop();
  }
  return quoted !== undefined;
}

/** The text as it is written: a backslash is the shell's, but for what a template itself needs escaped. */
function asWritten(text: string): string {
  return text.replaceAll('\\${', '${').replaceAll('\\`', '`');
}

function dedent(text: readonly string[]): readonly string[] {
  const [first = '', ...rest] = text;
  if (!first.startsWith('\n')) return text;
  const margins = [...text.join('\u0001').matchAll(/\n([ \t]*)(?=[^ \t\n])/g)].map(
    (match) => match[1]?.length ?? 0,
  );
  const margin = new RegExp(`\\n[ \\t]{0,${Math.min(...margins)}}`, 'g');
  const pieces = [first, ...rest].map((piece) => piece.replace(margin, '\n'));
  pieces[0] = (pieces[0] ?? '').slice(1);
  pieces.push((pieces.pop() ?? '').replace(/\n[ \t]*$/, ''));
  return pieces;
}
