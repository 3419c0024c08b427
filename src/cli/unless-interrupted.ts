import { Interrupted } from '../errors/index.ts';

/** The answer to a question on the terminal. @throws Interrupted where it is Ctrl-C (ExitPromptError of @inquirer/core). */
export async function unlessInterrupted<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw (error as Error).name === 'ExitPromptError' ? new Interrupted() : error;
  }
}
