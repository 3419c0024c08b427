import { spawn } from 'node:child_process';
import { type Inventory, inventoryPath } from '../inventory/index.ts';
import type { AgeKeys, Means } from '../secrets/index.ts';
import { openTerminal } from './terminal.ts';
import { unlessInterrupted } from './unless-interrupted.ts';

/** Milliseconds that a command may take: somebody may have to touch a key. */
const PATIENCE = 120_000;

/** How secrets are read here: from this process's environment, by commands of this machine, from this terminal. */
export function meansOf(inventory: Inventory, env: NodeJS.ProcessEnv): Means {
  return { env, age: ageKeys(inventory), run, ask };
}

export function ageKeys({ file: inventory, age }: Inventory): AgeKeys {
  return {
    file: inventoryPath(inventory, age.file),
    identity: inventoryPath(inventory, age.identity),
    recipients: age.recipients,
  };
}

/** The command may ask at the terminal; its words of trouble are the person's to read. */
function run(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], {
      stdio: ['inherit', 'pipe', 'inherit'],
      timeout: PATIENCE,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(chunks).toString('utf8'));
      const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
      reject(new Error(`\`${command}\` failed: ${how}`));
    });
  });
}

/** Asks a person; what is typed is not seen. @throws Error where nobody is there. */
export async function ask(
  question: string,
  validate: (answer: string) => Promise<true | string> = async () => true,
): Promise<string> {
  using terminal = openTerminal();
  if (terminal === undefined)
    throw new Error('it is asked on a terminal, and there is none; name another source for it');
  const { default: password } = await import('@inquirer/password');
  return await unlessInterrupted(password({ message: question, validate }, { output: terminal.shown }));
}
