import { readFileSync } from 'node:fs';
import { type Command, CommanderError } from 'commander';
import { ConfigError, EXIT, Interrupted, ProvisionError } from '../errors/index.ts';
import { writeWhileRead } from './interrupt.ts';
import { giveHome } from './person.ts';
import { program } from './program.ts';

/** Of `argv`, where only the program is named. */
const NO_WORDS = 2;

/** The whole command. Gives the exit code; only the executable ends the process. */
export async function main(argv: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  giveHome(process.env);
  writeWhileRead();
  let code = 0;
  const command = program(
    version,
    async () => (await import('./run.ts')).actions,
    (result) => {
      code = result;
    },
  );
  for (const each of all(command)) each.exitOverride();
  if (argv.length <= NO_WORDS) {
    command.outputHelp({ error: true });
    return EXIT.usage;
  }
  try {
    await command.parseAsync(argv);
    return code;
  } catch (error) {
    return await report(error);
  }
}

const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { errorText, styleOf } = await import('../render/index.ts');
  const c = styleOf(process.stderr, process.env);
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  if (error instanceof Interrupted) {
    say('Interrupted. Run again to go on from where things are.');
    return EXIT.interrupted;
  }
  if (error instanceof ConfigError) {
    error.message.split('\n').map(c.fold).forEach(say);
    const { length } = error.problems;
    say(c.red(`${length} mistake${length === 1 ? '' : 's'}. Nothing was connected.`));
    return error.exit;
  }
  errorText(undefined, error, c).forEach(say);
  if (error instanceof ProvisionError) return error.exit;
  say('This is a bug in provision.');
  return EXIT.bug;
}
