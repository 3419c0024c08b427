import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { docker } from './engine.ts';
import { $, must } from './shell.ts';
import { paths, STATE } from './state.ts';

/** How a node is entered. Nodes differ on purpose, by their number. */
export interface Login {
  readonly user: 'root' | 'admin' | 'ops';
  readonly what: string;
}

export function loginOf(number: number): Login {
  if (number % 3 === 1) return { user: 'root', what: 'root' };
  if (number % 3 === 2) return { user: 'admin', what: 'sudo without a password' };
  return { user: 'ops', what: 'sudo asks for a password' };
}

/** The key and the password that all nodes share. */
export async function createCredentials(): Promise<void> {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  if (!existsSync(paths.identity))
    await must('making the key', $`ssh-keygen -q -t ed25519 -N ${''} -C provision-lab -f ${paths.identity}`);
  if (!existsSync(paths.sudoPassword))
    writeFileSync(paths.sudoPassword, `${randomBytes(12).toString('hex')}\n`, { mode: 0o600 });
}

const SCRIPT = `
set -eu
user=$1
read -r key
read -r password
home=/root
if [ "$user" != root ]; then
  id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
  home=/home/$user
fi
case $user in
  admin) echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/lab ;;
  ops) printf '%s:%s\\n' ops "$password" | chpasswd; echo 'ops ALL=(ALL) ALL' >/etc/sudoers.d/lab ;;
esac
install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
printf '%s\\n' "$key" >"$home/.ssh/authorized_keys"
chown "$user:$user" "$home/.ssh/authorized_keys"
`;

export async function createLogin(container: string, number: number): Promise<void> {
  const key = readFileSync(`${paths.identity}.pub`, 'utf8').trim();
  const password = readFileSync(paths.sudoPassword, 'utf8').trim();
  await must(
    `making the login of ${container}`,
    docker({
      input: `${key}\n${password}\n`,
    })`docker exec -i ${container} sh -c ${SCRIPT} sh ${loginOf(number).user}`,
  );
}
