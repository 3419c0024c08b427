import { existsSync, writeFileSync } from 'node:fs';
import { ProvisionError } from '../errors/index.ts';
import { asked } from './asked.ts';
import { type Answers, inventoryText, readHosts, wrongWith } from './new-inventory.ts';
import { userName } from './person.ts';
import type { InitOptions } from './program.ts';
import { readProject } from './project.ts';

/** Writes an inventory that validates, from options, or from what is asked on the terminal where they are missing. */
export async function init(file: string, options: InitOptions): Promise<number> {
  if (existsSync(file)) throw failure(`${file} is there already, and is not written over`);
  const answers = await gather(options);
  writeFileSync(file, inventoryText(answers), { flag: 'wx' });
  await readProject(file, undefined);
  const { hosts } = answers;
  process.stdout.write(
    `${file}: ${hosts.length} host${hosts.length === 1 ? '' : 's'}. Read it, then: provision plan ${file}\n`,
  );
  return 0;
}

async function gather(options: InitOptions): Promise<Answers> {
  const ask = await asker();
  const wrong = given(options);
  if (wrong.length > 0) throw failure(wrong.join('\n'));
  const hosts =
    options.host?.join(' ') ?? (await ask('Hosts, as mail-1=192.0.2.11 mail-2=…', '', wrongWith.hosts));
  const user = options.user ?? (await ask('Log in as', userName(process.env), wrongWith.user));
  const domain = options.domain ?? (await ask('Mail domain (empty: no mail yet)', '', wrongWith.domain));
  const hostname =
    domain === ''
      ? ''
      : (options.hostname ?? (await ask('Name of the mail server', `mail.${domain}`, wrongWith.domain)));
  return { cluster: options.cluster ?? 'mail', user, hosts: readHosts([hosts]), domain, hostname };
}

/** What is wrong with the options, all of it. */
function given({ host, user, domain, hostname, cluster }: InitOptions): readonly string[] {
  const said: readonly (readonly [string, string | undefined, (text: string) => string | undefined])[] = [
    ['--host', host?.join(' '), wrongWith.hosts],
    ['--user', user, wrongWith.user],
    ['--domain', domain, wrongWith.domain],
    ['--hostname', hostname, wrongWith.domain],
    ['--cluster', cluster, wrongWith.cluster],
  ];
  return said.flatMap(([option, text, check]) => {
    const wrong = text === undefined ? undefined : check(text);
    return wrong === undefined ? [] : [`${option} ${wrong}`];
  });
}

type Ask = (question: string, preset: string, wrong: (text: string) => string | undefined) => Promise<string>;

/** Off a terminal the default is the answer, and where that will not do it has to be an option. */
async function asker(): Promise<Ask> {
  if (process.stdin.isTTY !== true)
    return async (question, preset, wrong) => {
      if (wrong(preset) !== undefined)
        throw failure(`${question}: nobody is here to be asked; say it with --host`);
      return preset;
    };
  const { default: input } = await import('@inquirer/input');
  return async (message, preset, wrong) => {
    const question = {
      message,
      validate: (text: string) => wrong(text.trim()) ?? true,
      ...(preset === '' ? {} : { default: preset }),
    };
    return (await asked(input(question, { output: process.stderr }))).trim();
  };
}

function failure(message: string): ProvisionError {
  return new ProvisionError(message, { code: 'init', exit: 3 });
}
