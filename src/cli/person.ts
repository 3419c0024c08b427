import { homedir, userInfo } from 'node:os';

/** A user without an entry in passwd(5), as in a container that runs under a number, may have no home: what is looked for there is not there. */
export function giveHome(env: NodeJS.ProcessEnv, home: () => string = homedir): void {
  try {
    home();
  } catch {
    env.HOME = '/nonexistent';
  }
}

/** Who runs this, for people. */
export function userName(
  env: NodeJS.ProcessEnv,
  user: () => { readonly username: string } = userInfo,
): string {
  try {
    return user().username;
  } catch {
    return env.LOGNAME || env.USER || `user ${process.getuid?.() ?? ''}`.trim();
  }
}
