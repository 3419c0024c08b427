import { ProvisionError } from '../errors/index.ts';
import type { CertificateKind, DatabaseKind, StorageKind } from './kinds.ts';
import { openTerminal } from './terminal.ts';
import { unlessInterrupted } from './unless-interrupted.ts';

/** What can be chosen, the usual one first: in a few words, and what it means. */
type Choices<T extends string> = Readonly<Record<T, readonly [name: string, about: string]>>;

export const STORAGE_CHOICES: Choices<StorageKind> = {
  glusterfs: [
    'on three of them (GlusterFS)',
    'Each needs a disk or a partition for it. Mail goes on while one machine is away.',
  ],
  nfs: ['on a file server (NFS)', 'One that you have and look after. While it is away there is no mail.'],
  none: ['nowhere yet', 'No mail is deployed.'],
};

export const DATABASE_CHOICES: Choices<DatabaseKind> = {
  sqlite: [
    'in a file on one of them (sqlite)',
    'Nothing to look after. While that machine is away nobody can log in, and mail waits.',
  ],
  postgresql: ['on a PostgreSQL server', 'One that you have and look after.'],
  mysql: ['on a MySQL or MariaDB server', 'One that you have and look after.'],
};

export const CERTIFICATE_CHOICES: Choices<CertificateKind> = {
  cert: ['my own', 'You lay its files on the storage, and renew them.'],
  letsencrypt: [
    "Let's Encrypt",
    'The server fetches it. One machine alone serves clients; its port 80 is reached from the Internet.',
  ],
  notls: ['there is none', 'Passwords go over the network as plain text. Only to try it.'],
};

export interface Questions extends Disposable {
  /** A line of text. `option` says the same on the command line. */
  ask(
    option: string,
    question: string,
    preset: string,
    wrong: (text: string) => string | undefined,
  ): Promise<string>;
  /** One of those that are possible, the first of which is preset. */
  choose<T extends string>(
    option: string,
    question: string,
    choices: Choices<T>,
    possible: readonly T[],
  ): Promise<T>;
}

/** Asks on the terminal. Off a terminal the preset is the answer, and where that will not do it has to be an option. */
export async function openQuestions(): Promise<Questions> {
  const terminal = openTerminal();
  if (terminal === undefined) return PRESETS;
  const [{ default: input }, { default: select }] = await Promise.all([
    import('@inquirer/input'),
    import('@inquirer/select'),
  ]);
  const shown = { output: terminal.shown };
  return {
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
    async ask(_option, message, preset, wrong) {
      const question = {
        message,
        validate: (text: string) => wrong(text.trim()) ?? true,
        ...(preset === '' ? {} : { default: preset }),
      };
      return (await unlessInterrupted(input(question, shown))).trim();
    },
    async choose(_option, message, choices, possible) {
      const [only, ...others] = possible;
      if (only !== undefined && others.length === 0) return only;
      const offered = possible.map((value) => ({
        value,
        name: choices[value][0],
        description: choices[value][1],
      }));
      return unlessInterrupted(select({ message, choices: offered, loop: false }, shown));
    },
  };
}

const PRESETS: Questions = {
  [Symbol.dispose]: () => undefined,
  async ask(option, question, preset, wrong) {
    if (wrong(preset) !== undefined)
      throw new ProvisionError(`${question}: nobody is here to be asked; say it with ${option}`, {
        code: 'init',
      });
    return preset;
  },
  async choose(option, question, _choices, [preset]) {
    if (preset === undefined)
      throw new ProvisionError(`${question} Nobody is here to be asked; say it with ${option}`, {
        code: 'init',
      });
    return preset;
  },
};
