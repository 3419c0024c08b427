import { inOneLine, TransportError } from '../errors/index.ts';

/** What sudo 1.8 to 1.9 says where no password helps (sudo.c, sudoers/policy.c, pam.c, the grammar of sudoers), and what that means. */
const BROKEN: readonly { readonly said: RegExp; readonly means: string; readonly fix: string }[] = [
  {
    said: /setuid bit|'?nosuid'?|effective uid is not 0|no new privileges/i,
    means: 'it cannot become root there, whatever the password',
    fix: 'it has to belong to root with mode 4755, on a file system that is not mounted nosuid; look on the host: ls -l /usr/bin/sudo; findmnt -T /usr/bin/sudo',
  },
  {
    said: /(syntax|parse) error|no valid sudoers|sudoers\S* (is (world|group) writable|is owned by|is mode)|unable to (open|stat|read) \S*sudoers/i,
    means: 'it does not take its rules as they are written',
    fix: 'look as root on the host, and mend with visudo the file that it names: visudo -c',
  },
  {
    said: /password is expired|password has expired|change expired password/i,
    means: 'the password of the login has expired there',
    fix: 'log in there by hand once, and set a new password. Or give it more time: chage -d "$(date +%F)" LOGIN, as root on the host',
  },
  {
    said: /account validation failure|account (has )?expired|account (is )?locked/i,
    means: 'the account of the login has expired there, or is locked',
    fix: 'look which as root on the host: chage -l LOGIN; passwd -S LOGIN. Of an account that has expired, chage -E -1 LOGIN takes the date away',
  },
  {
    // Of the shell that sudo has begun, when it begins another.
    said: /\/bin\/sh: Permission denied/,
    means: 'it lets a command begin no other (noexec in sudoers), and a run is a shell that begins many',
    fix: 'let it for this login, with visudo on the host as root: Defaults:LOGIN !noexec. If the rule itself says NOEXEC:, write EXEC: in its place',
  },
];

/** Why sudo is of no use there, in its own words; absent where a password decides. */
export function brokenSudo(words: string): TransportError | undefined {
  const broken = BROKEN.find(({ said }) => said.test(words));
  if (broken === undefined) return undefined;
  return new TransportError('sudo-refused', `sudo said "${inOneLine(words)}": ${broken.means}`, {
    fix: [broken.fix],
  });
}
