import { ProvisionError } from '../errors/index.ts';
import type { Gate } from '../playbook/index.ts';
import type { Change, Output, Step } from '../resource/index.ts';
import { causeOf } from './causes.ts';

const LINES = 20;

/** A command of an apply script failed. What came before it in the stage is done; nothing after it was begun. */
export class StepFailed extends ProvisionError {
  readonly step: string;
  readonly resource: string;
  readonly origin: string | undefined;
  /** The command, secrets masked. */
  readonly command: string;
  readonly output: Output;

  constructor(at: { resource: string; origin: string | undefined }, step: Step, output: Output) {
    const cause = causeOf(lastWords(output).join('\n'));
    super(
      `${step.title} failed${cause === undefined ? ` with exit code ${output.code}` : `: it said "${cause.said}": ${cause.message}`}`,
      {
        code: 'step-failed',
        exact: cause?.code,
        fix: cause === undefined ? [] : [cause.fix],
      },
    );
    this.step = step.title;
    this.resource = at.resource;
    this.origin = at.origin;
    this.command = step.script.shown;
    this.output = output;
  }

  /** The last lines that the command printed, of stderr where it printed there. */
  get tail(): readonly string[] {
    return lastWords(this.output);
  }
}

function lastWords({ stdout, stderr }: Output): readonly string[] {
  return (stderr.trim() === '' ? stdout : stderr).trimEnd().split('\n').slice(-LINES);
}

/** All commands succeeded and the host still differs. */
export class NotConverged extends ProvisionError {
  readonly resource: string;
  readonly changes: readonly Change[];

  constructor(resource: string, changes: readonly Change[]) {
    const fields = changes.map(
      ({ field, from, to }) => `${field} is ${JSON.stringify(from)}, wanted ${JSON.stringify(to)}`,
    );
    super(`${resource} did not converge: every command succeeded, and still ${fields.join('; ')}`, {
      code: 'not-converged',
      fix: ['run again; if that changes nothing, something on the host undoes it'],
    });
    this.resource = resource;
    this.changes = changes;
  }
}

/** What the commands started did not come about, or not in time. */
export class NotSettled extends ProvisionError {
  readonly resource: string;
  /** What tells more: the last lines of a log. */
  readonly tail: readonly string[];

  constructor(resource: string, message: string, details: readonly string[]) {
    super(message, { code: 'not-settled' });
    this.resource = resource;
    this.tail = details.slice(-LINES);
  }
}

/** With `--exact`: what an earlier stage has made known was not in the plan. */
export class MoreThanShown extends ProvisionError {
  constructor(more: readonly string[]) {
    super(`it would do more than the plan showed: ${more.join('; ')}`, {
      code: 'more-than-shown',
      fix: ['read the plan again, which knows more by now, and run again'],
    });
  }
}

/** What had to be known by now cannot be told. */
export class NotObservable extends ProvisionError {
  constructor(resource: string, reason: string) {
    super(`cannot tell the state of ${resource}: ${reason}`, { code: 'not-observable' });
  }
}

/** The host took the script and its answer is not ours. */
export class BrokenAnswer extends ProvisionError {
  constructor(what: string, output: { code: number; stderr: string }) {
    const said = output.stderr.trim().split('\n').at(-1);
    super(`${what}: the script ended early with exit code ${output.code}${said ? ` (${said})` : ''}`, {
      code: 'broken-answer',
    });
  }
}

/** The host was asked and could not look. */
export class CouldNotLook extends ProvisionError {
  constructor(what: string, error: unknown, also = '') {
    const message = error instanceof Error ? error.message : String(error);
    const cause = causeOf(message);
    const because = cause === undefined ? '' : `, for ${cause.message}`;
    const told = because + also === '' ? message : message.replace(/\.$/, '');
    super(`${what}: ${told}${because}${also}`, {
      code: 'could-not-look',
      exact: cause?.code,
      fix: cause === undefined ? [] : [cause.fix],
      cause: error,
    });
  }
}

/** A condition that a rolling stage waits for did not come about in time. */
export class GateClosed extends ProvisionError {
  constructor({ title, patience: seconds, fix }: Gate, reason: string) {
    const waited = seconds === 0 ? 'this does not hold' : `waited ${seconds} s and still not`;
    super(`${waited}: ${title} (${reason}); no further host was touched`, {
      code: 'gate-closed',
      fix: fix ?? ['wait until it holds, then run again: it goes on from where the hosts are'],
    });
  }
}
