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

/** Style on a terminal, unless `NO_COLOR` is set (no-color.org); folded to its width. */
export function styleOf(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
  env: NodeJS.ProcessEnv,
): Style {
  const terminal = stream.isTTY === true;
  const coloured = terminal && (env.NO_COLOR === undefined || env.NO_COLOR === '');
  return { ...pc.createColors(coloured), fold: terminal ? folder(stream.columns) : (sentence) => sentence };
}

/** Lines after the first are indented, so that the beginnings of messages are seen. */
function folder(columns: number): Style['fold'] {
  return (sentence, indent = 2) =>
    wrapAnsi(sentence, columns - indent).replaceAll('\n', `\n${' '.repeat(indent)}`);
}
