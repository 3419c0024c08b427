import { wrapAnsi } from 'fast-wrap-ansi';
import pc from 'picocolors';

/** How text looks where it is written to. */
export type Style = ReturnType<typeof pc.createColors> & {
  /**
   * Breaks sentences between words where a terminal would break them anywhere. Lines after the first are indented by two, or so
   * many, columns. Not for what a person may copy.
   */
  readonly fold: (sentence: string, indent?: number) => string;
};

/** Columns of a terminal that does not know how many it has. */
const USUAL = 80;

/**
 * Style on a terminal, unless `NO_COLOR` is set (no-color.org), or anywhere where `FORCE_COLOR` is (force-color.org; `0` is no, and it
 * goes before the other, as Node has it); folded to the width of the terminal.
 */
export function styleOf(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
  env: NodeJS.ProcessEnv,
): Style {
  const terminal = stream.isTTY === true;
  const coloured = env.FORCE_COLOR ? !/^(0|false)$/.test(env.FORCE_COLOR) : terminal && !env.NO_COLOR;
  return { ...pc.createColors(coloured), fold: terminal ? folder(stream.columns) : (sentence) => sentence };
}

/** Lines after the first are indented, so that the beginnings of messages are seen. A serial line or a container's terminal says 0 columns. */
function folder(said: number): Style['fold'] {
  const columns = said > 0 ? said : USUAL;
  return (sentence, indent = 2) =>
    wrapAnsi(sentence, columns - indent).replaceAll('\n', `\n${' '.repeat(indent)}`);
}
