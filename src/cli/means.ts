import { spawn } from 'node:child_process';
import { type Inventory, inventoryPath } from '../inventory/index.ts';
import type { AgeKeys, Means } from '../secrets/index.ts';
import { Secret } from '../shell/index.ts';
import { asked } from './asked.ts';
import type { Login } from './login.ts';

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

async function ask(
  question: string,
  validate: (answer: string) => Promise<true | string> = async () => true,
): Promise<string> {
  if (process.stdin.isTTY !== true)
    throw new Error('it is asked on a terminal, and there is none; name another source for it');
  const { default: password } = await import('@inquirer/password');
  return asked(password({ message: question, validate }, { output: process.stderr }));
}

export type Unlock = (path: string) => Promise<Secret>;

/** Asks for the passphrases of keys, each once in a run. Where nobody can be asked there is none. */
export function unlocker(): Unlock | undefined {
  if (process.stdin.isTTY !== true) return undefined;
  const answers = new Map<string, Promise<Secret>>();
  return (path) => {
    const answer = answers.get(path) ?? askPassphrase(path);
    answers.set(path, answer);
    return answer;
  };
}

async function askPassphrase(path: string): Promise<Secret> {
  const { opens } = await import('../transport/identities.ts');
  const answer = await ask(`Passphrase of ${path}`, async (text) =>
    (await opens(path, new Secret(text))) ? true : 'That is not its passphrase.',
  );
  return new Secret(answer);
}

/** Asks for all that logins need, one after the other, while nothing else is on the screen. */
export async function unlockKeys(logins: Iterable<Login>, unlock: Unlock): Promise<void> {
  const { lockedKeys } = await import('../transport/identities.ts');
  const all = [...logins].flatMap((login) => [...login.jumps, login]);
  for (const { identities = [], agent } of all)
    for (const path of await lockedKeys(identities, agent)) await unlock(path);
}
