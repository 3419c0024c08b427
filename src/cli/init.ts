import { existsSync, writeFileSync } from 'node:fs';
import { ConfigError, ProvisionError } from '../errors/index.ts';
import type { InitOptions } from './actions.ts';
import { type Answers, possibleStorages, readHosts, wrongWith } from './answers.ts';
import { CERTIFICATES, DATABASES } from './kinds.ts';
import { inventoryText, passwordsOf } from './new-inventory.ts';
import { userName } from './person.ts';
import { readPlaybooks, readText } from './project.ts';
import {
  CERTIFICATE_CHOICES,
  DATABASE_CHOICES,
  openQuestions,
  type Questions,
  STORAGE_CHOICES,
} from './questions.ts';

/** Writes an inventory that validates, from options, or from what is asked on the terminal where they are missing. */
export async function init(file: string, options: InitOptions): Promise<number> {
  if (existsSync(file)) throw failure(`${file} is there already, and is not written over`);
  const wrong = given(options);
  if (wrong.length > 0) throw failure(wrong.join('\n'));
  using questions = await openQuestions();
  const answers = await gather(options, questions);
  const text = inventoryText(answers, file);
  const mistakes = await mistakesOf(text, file);
  if (mistakes !== undefined)
    throw failure(`these answers do not go together, and nothing was written:\n${mistakes}`);
  writeFileSync(file, text, { flag: 'wx' });
  process.stdout.write(nextSteps(file, answers));
  return 0;
}

function nextSteps(file: string, answers: Answers): string {
  const { length } = answers.hosts;
  const variables = Object.values(passwordsOf(answers));
  return [
    `${file}: ${length} host${length === 1 ? '' : 's'}. Read it: each choice is there with its reason.`,
    ...(variables.length === 0
      ? ['Then:']
      : [
          `Then choose the password${variables.length === 1 ? '' : 's'} that it takes from the environment, and:`,
        ]),
    ...variables.map((name) => `  read -rs ${name}; export ${name}`),
    `  provision plan ${file}`,
    '',
  ].join('\n');
}

/** What validating it says, or nothing. */
async function mistakesOf(text: string, file: string): Promise<string | undefined> {
  try {
    readText(text, file, await readPlaybooks(undefined));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

async function gather(options: InitOptions, { ask, choose }: Questions): Promise<Answers> {
  const hosts = readHosts([
    options.host?.join(' ') ??
      (await ask('--host', 'Hosts, as mail-1=192.0.2.11 mail-2=…', '', wrongWith.hosts)),
  ]);
  const user = options.user ?? (await ask('--user', 'Log in as', userName(process.env), wrongWith.user));
  const domain =
    options.domain ?? (await ask('--domain', 'Mail domain (empty: no mail yet)', '', wrongWith.domain));
  const possible = possibleStorages(hosts.length, domain !== '');
  const storage =
    options.storage ??
    (hosts.length === 1
      ? 'none'
      : await choose('--storage', 'Where is the mail of all machines?', STORAGE_CHOICES, possible));
  const nfs =
    storage === 'nfs'
      ? (options.nfs ??
        (await ask('--nfs', 'NFS server and folder, as 192.0.2.5:/srv/mailu', '', wrongWith.nfs)))
      : '';
  const common = { cluster: options.cluster ?? 'mail', user, hosts, storage, nfs };
  if (domain === '') return { ...common, mail: undefined };
  const hostname =
    options.hostname ??
    (await ask('--hostname', 'Name of the mail server', `mail.${domain}`, wrongWith.domain));
  const database =
    options.database ?? (await choose('--database', 'Where are the accounts?', DATABASE_CHOICES, DATABASES));
  const databaseServer =
    database === 'sqlite'
      ? ''
      : (options.databaseServer ??
        (await ask('--database-server', 'Name or address of the database server', '', wrongWith.server)));
  const tls =
    options.tls ??
    (await choose('--tls', 'Where is the certificate from?', CERTIFICATE_CHOICES, CERTIFICATES));
  return { ...common, mail: { domain, hostname, tls, database, databaseServer } };
}

/** What is wrong with the options, all of it. Of those that are one of a few the command line says so itself. */
function given(options: InitOptions): readonly string[] {
  const { host, user, domain, hostname, cluster, nfs, databaseServer } = options;
  const said: readonly (readonly [string, string | undefined, (text: string) => string | undefined])[] = [
    ['--host', host?.join(' '), wrongWith.hosts],
    ['--user', user, wrongWith.user],
    ['--domain', domain, wrongWith.domain],
    ['--hostname', hostname, wrongWith.domain],
    ['--cluster', cluster, wrongWith.cluster],
    ['--nfs', nfs, wrongWith.nfs],
    ['--database-server', databaseServer, wrongWith.server],
  ];
  return said.flatMap(([option, text, check]) => {
    const wrong = text === undefined ? undefined : check(text);
    return wrong === undefined ? [] : [`${option} ${wrong}`];
  });
}

function failure(message: string): ProvisionError {
  return new ProvisionError(message, { code: 'init' });
}
