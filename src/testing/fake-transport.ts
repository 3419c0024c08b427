import type { Script } from '../shell/index.ts';
import type { ScriptOptions, ScriptResult, Transport } from '../transport/transport.ts';

/** A script that the fake expects next, and what comes of it. */
export interface Expectation {
  readonly script: RegExp;
  readonly reply:
    | Partial<ScriptResult>
    | Error
    | ((script: Script, options: ScriptOptions) => Partial<ScriptResult>);
}

/** A strict double: scripts come in the order that is expected, and any other fails. */
export class FakeTransport implements Transport {
  readonly name = 'fake';
  readonly #expected: Expectation[];

  constructor(expected: readonly Expectation[]) {
    this.#expected = [...expected];
  }

  async run(script: Script, options: ScriptOptions = {}): Promise<ScriptResult> {
    const next = this.#expected.shift();
    if (next === undefined) throw new Error(`unexpected script, none is left:\n${script}`);
    if (!next.script.test(script.shown)) throw new Error(`expected ${next.script}, got:\n${script}`);
    if (next.reply instanceof Error) throw next.reply;
    const reply = typeof next.reply === 'function' ? next.reply(script, options) : next.reply;
    const result = { code: 0, stdout: '', stderr: '', ...reply };
    if (result.stdout !== '') options.onOutput?.('stdout', result.stdout);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#expected.length > 0) throw new Error(`${this.#expected.length} expected scripts never came`);
  }
}
