import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret, sh } from '../../src/shell/index.ts';
import { localTransport } from '../../src/transport/local.ts';
import { withSudo } from '../../src/transport/sudo.ts';

const { PATH } = process.env;
let folder = '';

/** A folder before the usual ones, in which the login is not root, and sudo is what each test makes it. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-sudo-'));
  put('id', 'echo 1000');
  process.env.PATH = `${folder}${delimiter}${PATH}`;
  process.env.XDG_RUNTIME_DIR = join(folder, 'run');
  mkdirSync(process.env.XDG_RUNTIME_DIR);
});

afterEach(() => {
  process.env.PATH = PATH;
  delete process.env.XDG_RUNTIME_DIR;
});

function put(name: string, text: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** Takes sudo's options apart: `$asks` is empty with -n, `$prompt` is that of -p; what is left is the command. */
const OPTIONS = `
asks=yes prompt=
while :; do
  case $1 in
    -n) asks=; shift ;;
    -p) prompt=$2; shift 2 ;;
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done`;
const ASKS = `${OPTIONS}\n[ -n "$asks" ] || { echo 'sudo: a password is required' >&2; exit 1; }`;
const CHECKED = `[ "$password" = 'open sesame' ] || { echo 'Sorry, try again.' >&2; exit 1; }\nexec "$@"`;

const kinds: Readonly<Record<string, string>> = {
  // A byte at a time, as sudo does (tgetpass.c).
  sudo: `${ASKS}\nIFS= read -r password\n${CHECKED}`,
  // Takes what there is (sudo-rs before 0.2.7), and gives on none of it.
  'sudo-rs that reads ahead': `${ASKS}\nsleep 0.3\npassword=$(dd bs=65536 count=1 2>/dev/null | head -n 1)\n${CHECKED}`,
  'no password asked for': `${OPTIONS}\nexec "$@"`,
};

test.each(Object.entries(kinds))(
  '%s: all of the script is run, and it reads what comes after it',
  async (_, text) => {
    put('sudo', text);
    await using transport = withSudo(localTransport('here'), new Secret('open sesame'));
    const long = Array.from({ length: 2000 }, (_line, index) => sh`: ${`line ${index}`}`);
    // All of it is one command, as a frame is: it asks when it has been read whole.
    const script = sh`{
    ${long.reduce(
      (all, line) => sh`${all}
    ${line}`,
    )}
    echo begun
    read -r word
    echo "read $word"
    }`;
    // It is given when the script asks for it, as the lock of a run does.
    let asked: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      asked = resolve;
    });
    async function* input() {
      await begun;
      yield 'further\n';
    }
    const onOutput = () => asked();
    expect(await transport.run(script, { stdin: input(), onOutput })).toEqual({
      code: 0,
      stdout: 'begun\nread further\n',
      stderr: '',
    });
    expect((await transport.run(sh`echo alone; exit 7`)).code).toBe(7);
    expect(readdirSync(process.env.XDG_RUNTIME_DIR ?? '')).toEqual([]);
  },
);

const refusals: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'requiretty',
    `echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1`,
    'sudo-refused',
    /^sudo said "sudo: sorry, you must have a tty to run sudo": it wants a terminal/,
  ],
  [
    'a wrong password',
    `${ASKS}\nprintf '%s' "$prompt" | sed 's/%p/deploy/' >&2; echo 'Sorry, try again.' >&2; exit 1`,
    'sudo-refused',
    /^sudo said "Sorry, try again\.": sudo does not take the password/,
  ],
  [
    'rootpw',
    `${ASKS}\nprintf '%s' "$prompt" | sed 's/%p/root/' >&2; echo 'Sorry, try again.' >&2; exit 1`,
    'sudo-refused',
    /it asks for the password of root and not of the login/,
  ],
  [
    'a login that sudo does not know',
    `${ASKS}\nprintf '%s' "$prompt" | sed 's/%p/deploy/' >&2; echo 'deploy is not in the sudoers file.' >&2; exit 1`,
    'sudo-refused',
    /^sudo said "deploy is not in the sudoers file\.": the password is right, and this login may not become root/,
  ],
];

test.each(refusals)('%s is told in the words of sudo', async (_, text, failure, message) => {
  put('sudo', text);
  await using transport = withSudo(localTransport('here'), new Secret('open sesame'));
  const ran = join(folder, 'ran');
  await expect(transport.run(sh`: >${ran}`)).rejects.toMatchObject({
    failure,
    message: expect.stringMatching(message),
  });
  expect(existsSync(ran)).toBe(false);
});

/** What sudo 1.9.13 of Debian 12 prints, with -n and with a password alike. */
const broken: readonly (readonly [string, string, RegExp])[] = [
  [
    'sudoers that others can write',
    'sudo: /etc/sudoers is world writable\nsudo: no valid sudoers sources found, quitting\nsudo: error initializing audit plugin sudoers_audit',
    /world writable sudo: no valid .*": it does not take its rules/,
  ],
  [
    'a mistake in sudoers',
    '/etc/sudoers:1:16: syntax error\ndeploy ALL=ALL ALL x (\n               ^~~\nsudo: a password is required',
    /^sudo said "\/etc\/sudoers:1:16: syntax error .*it does not take its rules/,
  ],
  [
    'no setuid bit',
    'sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set',
    /it cannot become root there, whatever the password/,
  ],
  [
    'a file system without setuid bits',
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or an NFS file system without root privileges?",
    /it cannot become root there/,
  ],
  [
    'a container that gives no privileges',
    'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
    /it cannot become root there/,
  ],
  [
    'an account that has expired',
    'sudo: account validation failure, is your account locked?\nsudo: a password is required',
    /the account of the login has expired there, or is locked$/,
  ],
  [
    'a password that has expired',
    'sudo: Account or password is expired, reset your password and try again\nsudo: a password is required',
    /the password of the login has expired there$/,
  ],
];

test.each(
  broken.flatMap(([name, words, message]) => [
    { name, words, message, password: undefined },
    { name, words, message, password: new Secret('open sesame') },
  ]),
)('$name is not a matter of the password', async ({ words, message, password }) => {
  put('words', `cat <<'WORDS' >&2\n${words}\nWORDS`);
  put('sudo', 'words; exit 1');
  await using transport = withSudo(localTransport('here'), password);
  await expect(transport.run(sh`true`)).rejects.toMatchObject({
    failure: 'sudo-refused',
    message: expect.stringMatching(message),
  });
});

test('where sudo only wants a password, that is told', async () => {
  put('sudo', ASKS);
  await using transport = withSudo(localTransport('here'), undefined);
  await expect(transport.run(sh`true`)).rejects.toMatchObject({ failure: 'sudo-password-missing' });
});

/** What doas 6.8.2 of Debian 12 prints with -n. */
test.each([
  [
    'that wants a password',
    "echo 'doas: Authentication required' >&2; exit 1",
    /^doas said "doas: Authentication required": it wants a password, and takes one from a terminal alone; there is no sudo/,
  ],
  [
    'that lets the login do less',
    "echo 'doas: Operation not permitted' >&2; exit 1",
    /^doas said "doas: Operation not permitted": it does not let this login become root; there is no sudo/,
  ],
  [
    'with a mistake in its rules',
    "echo 'doas: syntax error at line 1' >&2; exit 1",
    /^doas said "doas: syntax error at line 1"; there is no sudo/,
  ],
  [
    'that asks for nothing',
    'exit 0',
    /^the login is not root, and becomes it by doas without a password, which a run does not use; there is no sudo/,
  ],
])('doas %s instead of sudo is told as that', async (_, text, message) => {
  put('doas', text);
  // Only what the bootstrap needs is on the path: no sudo of this machine.
  for (const name of ['sh', 'printf', 'tr', 'cat', 'sed']) put(name, `exec /usr/bin/${name} "$@"`);
  process.env.PATH = folder;
  await using transport = withSudo(localTransport('here'), undefined);
  await expect(transport.run(sh`true`)).rejects.toMatchObject({
    failure: 'sudo-refused',
    message: expect.stringMatching(message),
  });
});

test.each([undefined, new Secret('open sesame')])(
  'sudo that lets a command begin no other is told as that, with password %s',
  async (password) => {
    // What dash says below sudo_noexec.so: its own words are run, and nothing else is.
    const noexec = `case $* in '/bin/sh -c :') exit ;; esac; echo '/bin/sh: 1: /bin/sh: Permission denied' >&2; exit 126`;
    const asks = password === undefined ? OPTIONS : `${ASKS}\nIFS= read -r password`;
    put('sudo', `${asks}\n${noexec}`);
    await using transport = withSudo(localTransport('here'), password);
    await expect(transport.run(sh`true`)).rejects.toMatchObject({
      failure: 'sudo-refused',
      message: expect.stringMatching(
        /^sudo said "\/bin\/sh: 1: \/bin\/sh: Permission denied": it lets a command begin no other \(noexec in sudoers\)/,
      ),
    });
  },
);

test('where no place takes the file, nothing is run', async () => {
  put('sudo', kinds.sudo ?? '');
  put('mktemp', 'exit 1');
  rmSync(process.env.XDG_RUNTIME_DIR ?? '', { recursive: true });
  await using transport = withSudo(localTransport('here'), new Secret('open sesame'));
  await expect(transport.run(sh`true`)).rejects.toMatchObject({
    message: expect.stringContaining('no room for a file'),
  });
});
