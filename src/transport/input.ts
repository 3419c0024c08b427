import type { Script } from '../shell/index.ts';

/** What a shell reads: the script, and then what the script itself reads. */
export async function* input(
  script: Script,
  stdin: AsyncIterable<string> | undefined,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${script.reveal()}\n`);
  if (stdin !== undefined) for await (const text of stdin) yield Buffer.from(text);
}
