import { homedir, userInfo } from 'node:os';

/** A user without an entry in passwd(5), as in a container that runs under a number, may have no home: what is looked for there is not there. */
export function giveHome(env: NodeJS.ProcessEnv): void {
  try {
    homedir();
  } catch {
    env.HOME = '/nonexistent';
  }
}

/** Who runs this, for people. */
export function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.LOGNAME || env.USER || `user ${process.getuid?.() ?? ''}`.trim();
  }
}
