import { Secret } from '../shell/index.ts';
import type { Login } from './login.ts';
import { ask } from './means.ts';

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
