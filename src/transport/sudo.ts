import { randomBytes } from 'node:crypto';
import { TransportError } from '../errors/index.ts';
import { lines, quote, raw, type Script, type Secret, sh } from '../shell/index.ts';
import { Kept } from './kept.ts';
import type { RunOptions, RunResult, Transport } from './transport.ts';

/** What the bootstrap says of itself, in its own words: sudo's are not read. */
type Word = 'password' | 'refused' | 'absent';

/**
 * Runs scripts as root, over another transport. The host says in the same exec what that takes: nothing for root,
 * `sudo -n` where sudo asks for nothing, else the password, which is sent only then. The password is tried on a
 * command of its own first, so that a wrong one cannot make sudo read the script as further passwords.
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
  options: RunOptions,
): Promise<RunResult> {
  const nonce = `sudo-${randomBytes(12).toString('hex')}`;
  const said = new Set<Word>();
  let settle: (asked: boolean) => void = () => undefined;
  const question = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const filter = new WordFilter(
    nonce,
    (word) => {
      said.add(word);
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
    if (said.has('absent')) throw absent(inner.name);
    if (said.has('password') && password === undefined) throw missing();
    if (said.has('refused')) throw refused();
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

/** `-k` with a command ignores what sudo remembers (sudo(8)), so the answer is the same in every run. */
function bootstrap(script: Script, nonce: string, reads: boolean): Script {
  // What comes on our stdin after the script is for the script.
  const rest = raw(reads ? 'cat' : ':');
  const word = (name: Word) => sh`printf '%s %s\n' ${nonce} ${name}`;
  return lines([
    raw('become() {'),
    sh`script=${asWord(script)}`,
    sh`
      if [ "$(id -u)" = 0 ]; then { printf '%s\n' "$script"; ${rest}; } | /bin/sh -s; return; fi
      command -v sudo >/dev/null || { ${word('absent')}; return 1; }
      if sudo -n -k -- /bin/sh -c : 2>/dev/null; then { printf '%s\n' "$script"; ${rest}; } | sudo -n -- /bin/sh -s; return; fi
      ${word('password')}
      IFS= read -r password || return 1
      printf '%s\n' "$password" | sudo -S -k -p '' -- /bin/sh -c : 2>/dev/null || { ${word('refused')}; return 1; }
      { printf '%s\n' "$password"; printf '%s\n' "$script"; ${rest}; } | sudo -S -k -p '' -- /bin/sh -s`,
    raw('}'),
    // Without the exit the shell would wait for more of its own script.
    raw('become; exit'),
  ]);
}

/** The whole script as one quoted word. */
function asWord(script: Script): Script {
  return script.map(quote);
}

/** Takes the bootstrap's own lines out of stdout, wherever chunks end. */
/** Characters of a line after which it is passed on without its end, and of the longest word with its nonce. */
const LINE = 65_536;
const WORD = 100;

class WordFilter {
  readonly #passed: Kept;
  #rest = '';
  readonly #prefix: string;
  readonly #on: (word: Word) => void;

  constructor(nonce: string, on: (word: Word) => void, keep: number | undefined) {
    this.#prefix = `${nonce} `;
    this.#passed = new Kept(keep);
    this.#on = on;
  }

  take(text: string): string {
    const all = this.#rest + text;
    const end = all.lastIndexOf('\n') + 1;
    // Of a line without an end only as much waits as a word of the bootstrap may take.
    const waits = Math.max(end, all.length - (all.length - end > LINE ? WORD : LINE));
    this.#rest = all.slice(waits);
    let out = all.slice(0, waits);
    for (let at = out.indexOf(this.#prefix); at >= 0; at = out.indexOf(this.#prefix)) {
      const stop = out.indexOf('\n', at) + 1;
      if (stop === 0) break;
      this.#on(out.slice(at + this.#prefix.length, stop - 1) as Word);
      out = out.slice(0, at) + out.slice(stop);
    }
    this.#passed.add(out);
    return out;
  }

  end(): string {
    const rest = this.#rest;
    this.#rest = '';
    this.#passed.add(rest);
    return rest;
  }

  get passed(): string {
    return this.#passed.toString();
  }
}

function absent(name: string): TransportError {
  return new TransportError('sudo-refused', 'the login is not root and there is no sudo', {
    fix: [`log in as root, or install sudo on ${name}`],
  });
}

function missing(): TransportError {
  return new TransportError('sudo-password-missing', 'sudo asks for a password and the inventory has none', {
    fix: [
      'name a secret under `secrets:` and set `ssh.sudoPassword` to its name, or let the login use sudo without a password (NOPASSWD in sudoers)',
    ],
  });
}

function refused(): TransportError {
  return new TransportError(
    'sudo-refused',
    'sudo does not take the password, or does not let this login become root',
    {
      fix: ['look at the value of `ssh.sudoPassword`, and on the host at: sudo -l'],
    },
  );
}
