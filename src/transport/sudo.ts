import { randomBytes } from 'node:crypto';
import type { Script, Secret } from '../shell/index.ts';
import { bootstrap, type Word } from './sudo-bootstrap.ts';
import { sudoFailure } from './sudo-failure.ts';
import { SudoWords } from './sudo-words.ts';
import type { ScriptOptions, ScriptResult, Transport } from './transport.ts';

/**
 * Runs scripts as root, over another transport. The host says in the same exec what that takes: nothing for root,
 * `sudo -n` where sudo asks for nothing, else the password, which is sent only then.
 */
export function withSudo(inner: Transport, password: Secret | undefined): Transport {
  return {
    name: inner.name,
    run: (script, options = {}) => runAsRoot(inner, password, script, options),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

async function runAsRoot(
  inner: Transport,
  password: Secret | undefined,
  script: Script,
  options: ScriptOptions,
): Promise<ScriptResult> {
  const nonce = `sudo-${randomBytes(12).toString('hex')}`;
  const said = new Map<Word, string>();
  let settle: (asked: boolean) => void = () => undefined;
  const question = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const filter = new SudoWords(
    nonce,
    (word, words) => {
      said.set(word, words);
      if (word === 'password') settle(true);
    },
    options.keep,
  );
  try {
    const result = await inner.run(bootstrap(script, nonce, options.stdin !== undefined), {
      ...options,
      onOutput: (stream, text) => {
        const rest = stream === 'stdout' ? filter.take(text) : text;
        if (rest !== '') options.onOutput?.(stream, rest);
      },
      stdin: answer(question, password, options.stdin),
    });
    const failure = sudoFailure(said, inner.name, password !== undefined);
    if (failure !== undefined) throw failure;
    const tail = filter.end();
    if (tail !== '') options.onOutput?.('stdout', tail);
    return { ...result, stdout: filter.passed };
  } finally {
    settle(false);
  }
}

/** The password where it is asked for, then what the script itself reads, which it asks for in its own way. */
async function* answer(
  question: Promise<boolean>,
  password: Secret | undefined,
  further: AsyncIterable<string> | undefined,
): AsyncGenerator<string> {
  if (further === undefined) {
    if ((await question) && password !== undefined) yield `${password.reveal()}\n`;
    return;
  }
  const begun = further[Symbol.asyncIterator]();
  let next = begun.next();
  const first = await Promise.race([question, next.then(() => false)]);
  if (first && password !== undefined) yield `${password.reveal()}\n`;
  for (;;) {
    const { value, done } = await next;
    if (done === true) return;
    yield value;
    next = begun.next();
  }
}
