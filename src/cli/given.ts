import { type Command, InvalidArgumentError } from 'commander';

/** Of an option that may be repeated: all that is given. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** The same of one whose value is a list by itself, divided by commas. */
export const together = (value: string, before?: string): string =>
  before === undefined ? value : `${before},${value}`;

export function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('expected a positive number');
  return number;
}

const REPEATED: readonly unknown[] = [collect, together];

/** Of two values of an option, one would be dropped without a word: which of them was meant has to be said. */
export function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if (!option.required || REPEATED.includes(option.parseArg)) continue;
    let before: string | undefined;
    command.on(`option:${option.name()}`, (value: string) => {
      if (before !== undefined && before !== value)
        command.error(`error: ${option.long} is given twice, with ${before} and with ${value}; give it once`);
      before = value;
    });
  }
}
