import { lines, raw, Script, type Shared, sh } from './script.ts';

/**
 * A question that many ask and that has one answer: it is put once a script, however many resources and facts are in it. It stands
 * for a command that prints what the question has printed, and ends as it has ended.
 *
 * @param name of the command: letters, digits and `_`, one for each question.
 */
export function shared(name: string, question: Script): Script {
  return Script.sharing(commandOf(name), name, question, (body) => new Once(name, body));
}

/** A program that answers many questions in one call. */
export interface Program {
  /** Its name among what scripts share: letters, digits and `_`. */
  readonly name: string;
  /** What has to be asked before it is. */
  readonly needs: Script;
  /**
   * Text that puts all questions in one call and prints, for each that has an answer, by its name: `NAME_code=0 NAME_said='…'`, where it
   * failed another code, and `NAME_why='…'`. Its exit code is that of the questions that have none.
   */
  ask(questions: ReadonlyMap<string, string>): Script;
}

/**
 * A question to a program that is put in one call with all others to it that are in a script. It stands for a command that prints the
 * answer to this question alone, and ends with its code; what went wrong with it is on stderr.
 *
 * @param name what the command is called after, one for each question. What a command cannot have in its name stands there by its bytes.
 */
export function together(program: Program, name: string, question: string): Script {
  const written = name.replaceAll(/\W+/g, (text) => `_${Buffer.from(text).toString('hex')}_`);
  const asked = new Map([[commandOf(written), question]]);
  return Script.sharing(written, program.name, program.needs, () => new Together(program, asked));
}

function commandOf(name: string): string {
  if (!/^[a-z]\w*$/.test(name)) throw new TypeError(`${name} cannot be the name of a command`);
  return name;
}

class Once implements Shared {
  readonly #name: string;
  readonly #question: Script;

  constructor(name: string, question: Script) {
    this.#name = name;
    this.#question = question;
  }

  put(): Script {
    return putOnce(this.#name, this.#question);
  }

  with(other: Shared): Shared {
    if (other.put().reveal() === this.put().reveal()) return this;
    throw new TypeError(`two questions are called ${this.#name}`);
  }
}

class Together implements Shared {
  readonly #program: Program;
  readonly #questions: ReadonlyMap<string, string>;

  constructor(program: Program, questions: ReadonlyMap<string, string>) {
    this.#program = program;
    this.#questions = questions;
  }

  put(): Script {
    const { name } = this.#program;
    return lines([
      putOnce(name, this.#program.ask(this.#questions)),
      raw(`eval "$${name}_said"`),
      ...[...this.#questions.keys()].map((each) =>
        raw(
          `${each}() { [ -z "$${each}_said" ] || printf '%s\\n' "$${each}_said"; [ -z "$${each}_why" ] || printf '%s\\n' "$${each}_why" >&2; return "\${${each}_code:-$${name}_code}"; }`,
        ),
      ),
    ]);
  }

  with(other: Shared): Shared {
    if (!(other instanceof Together) || other.#program !== this.#program)
      throw new TypeError(`two programs are called ${this.#program.name}`);
    const all = new Map(this.#questions);
    for (const [name, question] of other.#questions) {
      if ((all.get(name) ?? question) !== question) throw new TypeError(`two questions are called ${name}`);
      all.set(name, question);
    }
    return new Together(this.#program, all);
  }
}

/**
 * Puts a question, and has its answer said by a command of its name: what it printed, and its exit code, which is in `NAME_code` as
 * well. Its errors are on stderr at once.
 */
export function putOnce(name: string, question: Script): Script {
  const said = raw(`${name}_said`);
  const code = raw(`${name}_code`);
  return sh`
    ${said}=$( (
    ${question}
    ) </dev/null ); ${code}=$?
    ${raw(name)}() { [ -z "$${said}" ] || printf '%s\n' "$${said}"; return "$${code}"; }`;
}
