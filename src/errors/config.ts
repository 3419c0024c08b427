import { ProvisionError } from './error.ts';

/** A mistake in a file that a person wrote, with the place to mend. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the document: `hosts.mail-1.adress`. Empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** All mistakes of the inventory and the playbooks at once. Nothing has been connected. */
export class ConfigError extends ProvisionError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'), { code: 'configuration' });
    this.problems = problems;
  }
}

function formatProblem({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}`;
}
