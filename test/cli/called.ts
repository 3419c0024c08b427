import { program } from '../../src/cli/program.ts';

/** An action that the command line has taken words for, with what it is given. */
interface Called {
  readonly name: string;
  readonly given: readonly unknown[];
}

/** Reads words as the command line does. Nothing is done. @throws CommanderError at a mistake, once `heard` has been told what is said of it. */
export async function called(
  words: readonly string[],
  heard: (text: string) => void = () => undefined,
): Promise<readonly Called[]> {
  const actions: Called[] = [];
  const recording = new Proxy(
    {},
    {
      // What is awaited is asked whether it can be.
      get: (_, name) =>
        name === 'then'
          ? undefined
          : async (...given: readonly unknown[]) => {
              actions.push({ name: String(name), given });
              return 0;
            },
    },
  );
  const command = program(
    '0',
    async () => recording as never,
    () => undefined,
  );
  for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: heard });
  await command.parseAsync(['node', 'provision', ...words]);
  return actions;
}
