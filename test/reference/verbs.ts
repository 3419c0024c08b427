import type { Argument, Command, Option } from 'commander';
import { program } from '../../src/cli/program.ts';
import { bullet, code, plain, sentence, upper, valueCode, wrapped } from './markdown.ts';

/** A verb with what is typed to have it: `secrets edit`. */
interface Verb {
  readonly name: string;
  readonly command: Command;
}

/** In so many verbs an option is told once for all of them. */
const COMMON = 3;

/** The command line as the page tells it. */
export function verbs(): string {
  const root = program(
    '',
    () => Promise.reject(new Error('nothing is run here')),
    () => undefined,
  );
  const all = root.commands.flatMap((command) => below(command, ''));
  const shared = sharedBy(all);
  return [
    '### Options of several verbs',
    [...shared].map(([text, names]) => bullet(`${text} ${ofVerbs(names)}`)).join('\n'),
    ...all.map((verb) => section(verb, shared)),
  ].join('\n\n');
}

/** Verbs that a person types; of a verb with others in it those. */
function below(command: Command, before: string): readonly Verb[] {
  const name = `${before}${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((inner) => below(inner, `${name} `));
  const hidden = (command as unknown as { readonly _hidden?: boolean })._hidden === true;
  return hidden && !isDefault(command) ? [] : [{ name, command }];
}

/** The command without a verb. */
const isDefault = (command: Command): boolean =>
  (command.parent as unknown as { readonly _defaultCommandName?: string } | null)?._defaultCommandName ===
  command.name();

function sharedBy(all: readonly Verb[]): ReadonlyMap<string, readonly Verb[]> {
  const found = new Map<string, Verb[]>();
  for (const verb of all)
    for (const option of verb.command.options) {
      const text = optionText(option);
      found.set(text, [...(found.get(text) ?? []), verb]);
    }
  return new Map([...found].filter(([, names]) => names.length >= COMMON));
}

const shown = ({ command, name }: Verb) => (isDefault(command) ? 'a run' : code(name));
const ofVerbs = (all: readonly Verb[]) => `Of ${all.map(shown).join(', ')}.`;

function section(verb: Verb, shared: ReadonlyMap<string, unknown>): string {
  const { name, command } = verb;
  const own = command.options.map(optionText).filter((text) => !shared.has(text));
  const common = command.options.filter((option) => shared.has(optionText(option)));
  const words = [
    ...command.registeredArguments.map(argumentText),
    ...own,
    ...(common.length === 0
      ? []
      : [`Also, as told above: ${common.map((option) => code(option.long ?? option.flags)).join(', ')}.`]),
  ];
  const typed = [
    'provision',
    ...(isDefault(command) ? [] : [name]),
    ...command.registeredArguments.map((argument) => `<${argument.name()}>`),
    ...(command.options.length === 0 ? [] : ['[options]']),
  ].join(' ');
  return [
    `### ${code(typed)}`,
    wrapped(sentence(upper(plain(command.description())))),
    words.map((text) => bullet(text)).join('\n'),
  ].join('\n\n');
}

const argumentText = (argument: Argument): string =>
  `${code(`<${argument.name()}>`)}: ${sentence(
    argument.argChoices === undefined
      ? plain(argument.description)
      : `one of ${argument.argChoices.map(valueCode).join(', ')}`,
  )}`;

function optionText({ flags, description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? [] : [`One of ${argChoices.map(valueCode).join(', ')}.`];
  const value =
    defaultValue === undefined || typeof defaultValue === 'boolean'
      ? []
      : [`Default: ${valueCode(defaultValue)}.`];
  return [`${code(flags)}: ${sentence(plain(description))}`, ...choices, ...value].join(' ');
}
