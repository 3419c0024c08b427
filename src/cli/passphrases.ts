import { Secret } from '../shell/index.ts';
import type { Login } from './login.ts';
import { ask } from './means.ts';

/**
 * Asks for the passphrases of the keys that logins need, each once, one after the other, while nothing else is on the screen.
 * Where nobody can be asked there are none.
 */
export async function askPassphrases(logins: Iterable<Login>): Promise<ReadonlyMap<string, Secret>> {
  const answers = new Map<string, Secret>();
  if (process.stdin.isTTY !== true) return answers;
  const { lockedKeys, opens } = await import('../transport/identities.ts');
  for (const { identities, agent, password } of [...logins].flatMap((login) => [...login.jumps, login])) {
    if (identities === undefined && password !== undefined) continue;
    for (const path of await lockedKeys(identities, agent)) {
      if (answers.has(path)) continue;
      const answer = await ask(`Passphrase of ${path}`, async (text) =>
        (await opens(path, new Secret(text))) ? true : 'That is not its passphrase.',
      );
      answers.set(path, new Secret(answer));
    }
  }
  return answers;
}
