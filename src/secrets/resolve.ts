import { Secret } from '../shell/index.ts';
import { type AgeKeys, decryptAge, readContent } from './age-file.ts';
import { readPrivateFile } from './private-file.ts';

/** Where a secret's value comes from. File paths are absolute. */
export type Source =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: string }
  | { readonly age: string }
  | { readonly prompt: string };

/** What reading a secret may need beside its source. */
export interface Means {
  readonly env: NodeJS.ProcessEnv;
  readonly age: AgeKeys;
  /** Runs a command of the shell here, and gives what it prints. @throws Error with its last words. */
  readonly run: (command: string) => Promise<string>;
  /** Asks a person; what is typed is not seen. @throws Error where nobody can be asked. */
  readonly ask: (question: string) => Promise<string>;
}

/**
 * Reads secrets of one inventory; the encrypted file is opened once. One line break at the end is not part of a secret.
 *
 * @throws Error whose message says what is missing and how to mend it, and never the value.
 */
export function secretReader(means: Means): (source: Source) => Promise<Secret> {
  let opened: Promise<Readonly<Record<string, string>>> | undefined;
  const content = () => {
    opened ??= decryptAge(means.age).then((text) => readContent(text, means.age.file));
    return opened;
  };
  return async (source) => {
    const { what, text } = await textOf(source, means, content);
    const value = text.replace(/\r?\n$/, '');
    if (value === '') throw new Error(`${what} is empty`);
    return new Secret(value);
  };
}

async function textOf(
  source: Source,
  { env, age, run, ask }: Means,
  content: () => Promise<Readonly<Record<string, string>>>,
): Promise<{ readonly what: string; readonly text: string }> {
  if ('env' in source) {
    const text = env[source.env];
    if (text === undefined || text === '')
      throw new Error(`the environment variable ${source.env} is not set`);
    return { what: source.env, text };
  }
  if ('file' in source) return { what: source.file, text: await readPrivateFile(source.file) };
  if ('command' in source)
    return { what: `what \`${source.command}\` prints`, text: await run(source.command) };
  if ('prompt' in source) return { what: 'the answer', text: await ask(source.prompt) };
  const values = await content();
  const text = values[source.age];
  if (text === undefined)
    throw new Error(
      `${age.file} has no \`${source.age}\`; it has ${Object.keys(values).join(', ') || 'nothing'}`,
    );
  return { what: `\`${source.age}\` in ${age.file}`, text };
}
