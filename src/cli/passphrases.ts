import { Secret } from '../shell/index.ts';
import type { Login } from './login.ts';
import { ask } from './means.ts';
import { openTerminal } from './terminal.ts';

/**
 * Asks for the passphrases of the keys that logins need, each once, one after the other, while nothing else is on the screen.
 * Where nobody can be asked there are none.
 */
export async function askPassphrases(logins: Iterable<Login>): Promise<ReadonlyMap<string, Secret>> {
  const answers = new Map<string, Secret>();
  using terminal = openTerminal();
  if (terminal === undefined) return answers;
  const { lockedKeys, opens } = await import('../transport/identities.ts');
  const all = [...logins].flatMap((login) => [...login.jumps, login]);
  const asking = all.filter(({ identities, password }) => identities !== undefined || password === undefined);
  // Most hosts are logged in to with the same keys.
  const unlike = new Map(
    asking.map(({ identities, agent }) => [`${agent} ${identities}`, { identities, agent }]),
  );
  for (const { identities, agent } of unlike.values()) {
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
