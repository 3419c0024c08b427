import { existsSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { ProvisionError } from '../errors/index.ts';
import { type Answers, inventoryText, readHosts } from './new-inventory.ts';
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
  const hosts = readHosts(options.host ?? [await ask('Hosts, as name=address, divided by spaces', '')]);
  if (hosts.length === 0) throw failure('an inventory needs a host: --host mail-1=192.0.2.11');
  const user = options.user ?? (await ask('Log in as', userInfo().username));
  const domain = options.domain ?? (await ask('Mail domain (empty: no mail yet)', '', true));
  const hostname =
    domain === '' ? '' : (options.hostname ?? (await ask('Name of the mail server', `mail.${domain}`)));
  return { cluster: options.cluster ?? 'mail', user, hosts, domain, hostname };
}

/** Off a terminal the default is the answer, and where there is none it has to be an option. */
async function asker(): Promise<(question: string, preset: string, optional?: boolean) => Promise<string>> {
  if (process.stdin.isTTY !== true)
    return async (question, preset, optional = false) => {
      if (preset === '' && !optional)
        throw failure(`${question}: nobody is here to be asked; say it with --host`);
      return preset;
    };
  const { default: input } = await import('@inquirer/input');
  return async (message, preset) =>
    (
      await input({ message, ...(preset === '' ? {} : { default: preset }) }, { output: process.stderr })
    ).trim();
}

function failure(message: string): ProvisionError {
  return new ProvisionError(message, { code: 'init', exit: 3 });
}
