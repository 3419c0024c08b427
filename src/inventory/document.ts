import { isAlias, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import type { Problem } from '../errors/index.ts';
import { offsetOf, type Path, problemsOf } from '../schema/index.ts';
import { notPlain } from './plain-text.ts';

/** A YAML file as values, and where in the file each of them is. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** Mistakes of the YAML itself. */
  readonly problems: readonly Problem[];
  /** The mistake at a path: at its key where it has one, at the nearest parent where it is not there. */
  problem(path: Path, message: string): Problem;
}

export function parseSource(text: string, file: string): SourceDocument {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    uniqueKeys: true,
    prettyErrors: false,
    // It warns on stderr of keys that are maps; what is read of them is told here.
    logLevel: 'error',
  });
  const wrong = problemsOf(file, counter);
  const unread = notPlain(text);
  const problems =
    unread === undefined
      ? firstOfEachLine(
          [...document.errors, ...document.warnings].map((error) =>
            wrong(error.pos[0], wordsOf(error, text)),
          ),
        )
      : [wrong(unread.offset, unread.message)];
  let value: unknown;
  try {
    value = problems.length > 0 ? undefined : document.toJS();
  } catch (error) {
    // Of aliases (`*name`) that stand for more than can be meant, or for nothing.
    if (!(error instanceof ReferenceError)) throw error;
    const [, name] = /^Unresolved alias .*: (.+)$/.exec(error.message) ?? [];
    let offset = 0;
    visit(document, {
      Alias: (_, node) => {
        if (isAlias(node) && node.source === name) offset = node.range?.[0] ?? 0;
      },
    });
    problems.push(
      wrong(
        offset,
        name === undefined
          ? `its aliases (\`*name\`) cannot be followed: ${error.message}`
          : `\`*${name}\` stands for \`&${name}\`, which is nowhere before it`,
      ),
    );
  }
  return {
    file,
    value,
    problems,
    problem: (path, message) => wrong(offsetOf(document.contents, path), message, path),
  };
}

/** What follows a mistake on its line follows from it. */
function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const lines = new Set<number>();
  return problems.filter(({ line }) => {
    if (lines.has(line)) return false;
    lines.add(line);
    return true;
  });
}

/** A mistake of the YAML, in words that need no knowledge of its parser. */
function wordsOf({ code, message, pos: [start] }: YAMLError, text: string): string {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1).split('\n', 1)[0] ?? '';
  if (/\$\{|\{\{|\{%/.test(line))
    return `an inventory has no variables (\`\${…}\`, \`{{ … }}\`): write the value itself`;
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (`---`); an inventory is one';
  if (code === 'DUPLICATE_KEY') {
    const [key] = /^[^\s:,{}]+/.exec(text.slice(start)) ?? [];
    return `${key === undefined ? 'a key' : `\`${key}\``} is written twice in one map; keep one`;
  }
  return message;
}
