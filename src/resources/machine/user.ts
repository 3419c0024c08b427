import { z } from 'zod';
import { type Change, compare, defineResource, ProbeError } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { rowsAfter } from '../rows.ts';
import { writeFile } from '../write-file.ts';

/** A line of a `.pub` file. */
export const publicKey = z
  .string()
  .trim()
  .regex(
    /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=*( [^\n]*)?$/,
    'expected a public key as in a .pub file, all of its line',
  );

/** useradd(8), CAVEATS. */
export const accountName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'expected the name of a user or group');

const want = z.strictObject({
  /** What the account is called. */
  name: accountName,
  /** Public keys that may log in. Others that are there stay. */
  keys: z.array(publicKey).default([]),
  /** Public keys that must not log in. */
  revoked: z.array(publicKey).default([]),
  /** Whether it may do everything by sudo without a password. */
  sudo: z.boolean().default(false),
  /** Groups that it is in, beside its own. Others that it is in stay. */
  groups: z.array(accountName).default([]),
});

/** What tells two keys apart: the type and the key, without options and comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
function bodyOf(line: string): string {
  return /(?:^|\s)((?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]+=*)/.exec(line)?.[1] ?? line.trim();
}

function sudoersOf(name: string): string {
  return `/etc/sudoers.d/90-provision-${name}`;
}

function ruleOf(name: string): string {
  return `${name} ALL=(ALL:ALL) NOPASSWD: ALL\n`;
}

interface UserChange extends Change {
  /** The group that it is put into, if that is the change. */
  readonly group?: string;
}

/**
 * An account that people log in to with keys. It is made without a password, and keys are added and taken away one by one:
 * what the inventory does not name is left, so that a run locks nobody out in passing.
 */
export const user = defineResource({
  kind: 'user',
  want,
  key: ({ name }) => name,

  observe: ({ name }) => ({
    script: sh`
      entry=$(getent passwd -- ${name})
      case $? in 0) ;; 2) echo absent; exit 0 ;; *) exit 66 ;; esac
      home=$(printf '%s\n' "$entry" | cut -d: -f6)
      echo "home $home"
      echo "groups $(id -nG -- ${name})" || exit 66
      f=${sudoersOf(name)}
      if [ -e "$f" ]; then echo "sudo $(cat -- "$f")" || exit 66; fi
      f=$home/.ssh/authorized_keys
      [ ! -e "$f" ] || sed 's/^/key /' "$f" || exit 66`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look at the user ${name}`, output);
      if (output.stdout === 'absent\n') return null;
      const of = (field: string) => rowsAfter(field, output.stdout);
      return {
        home: of('home')[0] ?? '',
        groups: new Set(of('groups')[0]?.split(' ')),
        sudo: of('sudo')[0] ?? null,
        keys: new Set(of('key').map(bodyOf)),
      };
    },
  }),

  diff({ name, keys, revoked, sudo, groups }, have): readonly UserChange[] {
    const rule = sudo ? ruleOf(name).trim() : null;
    const inside = groups.filter((group) => have?.groups.has(group) !== true);
    return [
      ...(have === null ? [{ field: 'account', from: null, to: name }] : []),
      ...inside.map((group) => ({ field: `group ${group}`, from: null, to: 'member', group })),
      ...keys
        .filter((key) => have?.keys.has(bodyOf(key)) !== true)
        .map((key) => ({ field: `key ${shortOf(key)}`, from: null, to: 'may log in' })),
      ...revoked
        .filter((key) => have?.keys.has(bodyOf(key)) === true)
        .map((key) => ({ field: `key ${shortOf(key)}`, from: 'may log in', to: null })),
      ...compare('sudo', have?.sudo ?? null, rule),
    ];
  },

  apply({ name, keys, revoked, sudo }, have, changes) {
    const inside = changes.flatMap(({ group }) => group ?? []);
    const add = keys.filter((key) => have?.keys.has(bodyOf(key)) !== true);
    const take = revoked.filter((key) => have?.keys.has(bodyOf(key)) === true).map(bodyOf);
    const isChanged = (field: string) => changes.some((change) => change.field === field);
    return [
      ...(have === null ? [{ title: `make the user ${name}`, script: makeAccount(name) }] : []),
      ...(inside.length === 0
        ? []
        : [
            {
              title: `put it into ${inside.join(', ')}`,
              script: sh`usermod -aG ${inside.join(',')} -- ${name}`,
            },
          ]),
      ...(add.length + take.length === 0
        ? []
        : [{ title: 'change its keys', script: changeKeys(name, add, take) }]),
      ...(!isChanged('sudo')
        ? []
        : [
            sudo
              ? { title: 'let it use sudo', script: allowSudo(name) }
              : { title: 'take sudo from it', script: sh`rm -f -- ${sudoersOf(name)}` },
          ]),
    ];
  },
});

/** `*` is no password and no lock: sshd refuses a locked account where PAM is off (sshd(8), AUTHENTICATION). */
function makeAccount(name: string) {
  return sh`
    shell=/bin/bash
    [ -x "$shell" ] || shell=/bin/sh
    useradd -m -U -s "$shell" -p '*' -- ${name}`;
}

/** The comment of a key, or the end of the key where it has none. */
function shortOf(key: string): string {
  const [type = '', body = '', ...comment] = key.split(' ');
  return comment.length > 0 ? comment.join(' ') : `${type} …${body.slice(-12)}`;
}

/** As the user itself, who may have made a link of its folder: root must not write through it. */
function changeKeys(name: string, add: readonly string[], take: readonly string[]) {
  const script = sh`
    set -eu
    umask 077
    cd
    mkdir -p .ssh
    touch .ssh/authorized_keys
    t=.ssh/.authorized_keys.provision
    printf '%s\n' ${['', ...take]} | sed 1d >"$t.out"
    if [ -s "$t.out" ]; then
      grep -vFf "$t.out" .ssh/authorized_keys >"$t.in" || [ $? -eq 1 ]
    else
      cat .ssh/authorized_keys >"$t.in"
    fi
    {
      sed '$a\' "$t.in"
      printf '%s\n' ${['', ...add]} | sed 1d
    } >"$t"
    rm -f "$t.in" "$t.out"
    chmod 0600 "$t"
    mv -f "$t" .ssh/authorized_keys`;
  return sh`su -s /bin/sh -c ${script.reveal()} -- ${name}`;
}

/** sudo refuses everybody where one of its files has a mistake: it is checked first (visudo(8)). */
function allowSudo(name: string) {
  const path = sudoersOf(name);
  return sh`
    command -v visudo >/dev/null || { echo 'sudo is not installed' >&2; exit 1; }
    printf %s ${ruleOf(name)} | visudo -cqf - || exit 1
    ${writeFile({ path, content: ruleOf(name), mode: '0440', owner: 'root', group: 'root' })}`;
}
