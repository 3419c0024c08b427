import { existsSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import type {
  Actions,
  CheckOptions,
  CommonOptions,
  ExecOptions,
  InitOptions,
  LogOptions,
  RemoveOptions,
  RunCommandOptions,
} from './actions.ts';
import { completionScript, NAMES, type Names, SHELLS, type Shell } from './completion/index.ts';
import {
  type About,
  connecting,
  EXEC_ABOUT,
  FACTS_ABOUT,
  INVENTORY,
  PLAN_ABOUT,
  PLAYBOOK,
  REMOVE_ABOUT,
  RUN_ABOUT,
} from './connecting.ts';
import { collect, positive, refuseTwice } from './given.ts';
import { CERTIFICATES, DATABASES, STORAGES } from './kinds.ts';
import { misspelt } from './misspelt.ts';

const EXIT_CODES = `
Exit codes:
  0  done, changed or not        3  usage, inventory or playbook is wrong
  1  a bug in provision          4  a host could not be reached
  2  a host failed; of status:   5  a safety rule refused
     something does not run
  130  interrupted               10  there are changes (--detailed-exitcode)
`;

const EXEC = `
The command runs as the steps of a run do: as root where the inventory says so,
in the directory /, with nothing on its stdin. For pipes and variables let a
shell read them: -- sh -c '…'. Secrets of the inventory are masked in what it
prints. Ctrl-C lets it end and begins it on no other host; once more ends it.`;

const COMPLETION = `
To have them in this shell:
  source <(provision completion bash)
For zsh and fish the first line of the script says where it is kept.`;

/** Commands that nobody types. */
const HIDDEN = ['run', 'names'];

const EXAMPLES = `
Examples:
  provision plan inventory/prod.yaml   show what a run would change
  provision inventory/prod.yaml        make it so; again, it changes nothing`;

/** The command line. `load` gives what it can be told to do, once it is told: help and the version need none of it. */
export function program(
  version: string,
  load: () => Promise<Actions>,
  done: (code: number) => void,
): Command {
  const act = async (what: (actions: Actions) => Promise<number>) => done(await what(await load()));
  const root = new Command('provision')
    .description('Turns bare Linux machines into a Docker Swarm running the Mailu mail stack, over SSH.')
    .usage('<inventory> [options]\n       provision <command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'print this, or the help of a command')
    .showHelpAfterError('(see: provision --help)');

  const run = connecting(root.command('run', { isDefault: true, hidden: true }), RUN_ABOUT)
    .usage('<inventory> [options]')
    .description('converge: make the hosts what the inventory says')
    .option('-y, --yes', 'do not ask before changing')
    .option('--diff', 'show new files, long changes and values whole')
    .option('--exact', 'change only what the plan showed; ends where there turns out to be more')
    .option(
      '--stage <name>',
      'only this stage (storage/mount), or this playbook (storage); may be repeated',
      collect,
    )
    .option('--detailed-exitcode', 'exit 10 where something was changed')
    .option('--remount', 'mount anew, host by host, where options have changed; stops Docker there')
    .option('--database-moved', 'say that you have moved the accounts to where the inventory has them now')
    .addHelpText('after', EXIT_CODES)
    .allowExcessArguments()
    .action((inventory: string, options: RunCommandOptions, command: Command) => {
      const names = root.commands.map((other) => other.name()).filter((name) => !HIDDEN.includes(name));
      const mistake = misspelt(command.args, names, existsSync);
      if (mistake !== undefined) command.error(`error: ${mistake}`);
      return act((actions) => actions.run(inventory, options));
    });

  root.addHelpText('after', () => `${optionsOf(run)}${EXIT_CODES}${EXAMPLES}`);

  connecting(root.command('plan'), PLAN_ABOUT)
    .description('show what a run would change, and change nothing')
    .option('--diff', 'show new files, long changes and values whole')
    .option(
      '--stage <name>',
      'only this stage (storage/mount), or this playbook (storage); may be repeated',
      collect,
    )
    .option('--detailed-exitcode', 'exit 10 where there are changes')
    .option('--remount', 'show what a run with --remount would do')
    .option('--database-moved', 'show what a run with --database-moved would do')
    .action((inventory: string, options: RunCommandOptions) =>
      act((actions) => actions.plan(inventory, options)),
    );

  /** A verb that changes nothing, and has no options of its own. */
  const looking = (name: 'status' | 'facts' | 'dns', description: string, about?: About) =>
    connecting(root.command(name), about)
      .description(description)
      .action((inventory: string, options: CommonOptions) =>
        act((actions) => actions[name](inventory, options)),
      );

  looking('status', 'show what runs where; exit 2 where something that should run does not');

  looking('facts', 'print what is known of each host', FACTS_ABOUT);

  connecting(root.command('logs'))
    .argument('<service>', 'a service of the stack: front, imap, smtp, admin …')
    .description('show what a service has printed, from all nodes')
    .option('--tail <lines>', 'so many of each task, the last ones', positive, 100)
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--since <when>', 'only what is newer: a moment, or an age, as in 10m')
    .action((inventory: string, service: string, options: LogOptions) =>
      act((actions) => actions.logs(inventory, service, options)),
    );

  connecting(root.command('exec'), EXEC_ABOUT)
    .argument('<cmd...>', 'a program and its arguments, after --; they are passed as they are')
    .usage('<inventory> [options] -- <cmd...>')
    .description('run a command on the hosts')
    .option('--rolling', 'on one host after the other; ends at the first that fails')
    .addHelpText('after', EXEC)
    .action((inventory: string, words: readonly string[], options: ExecOptions, command: Command) => {
      // What a program takes for its own option would be taken for ours.
      if (!(root as { rawArgs?: readonly string[] }).rawArgs?.includes('--'))
        command.error('error: put -- before the command: provision exec INVENTORY -- COMMAND');
      if (words[0]?.trim() === '')
        command.error(
          'error: the command is empty, as where a variable is not set; name a program after the --',
        );
      return act((actions) => actions.exec(inventory, words, options));
    });

  connecting(root.command('check'))
    .description('look at the mail servers from here, as a client: ports, relaying, a message')
    .option('--no-wait', 'do not wait 5 to 16 minutes where greylisting puts the message off')
    .action((inventory: string, options: CheckOptions) =>
      act((actions) => actions.check(inventory, options)),
    );

  looking('dns', 'print the DNS records to publish, as a zone file');

  connecting(root.command('remove-stack'), REMOVE_ABOUT)
    .description('remove the mail stack; says what stays, and asks')
    .option('-y, --yes', 'do not ask')
    .action((inventory: string, options: RemoveOptions) =>
      act((actions) => actions.removeStack(inventory, options)),
    );

  const secrets = root.command('secrets').description('the encrypted secrets of an inventory: edit, rekey');
  secrets
    .command('edit')
    .description('open the secrets in $EDITOR; makes the file, and a key for you, where they are missing')
    .argument('<inventory>', 'the YAML file that says under `age:` where the secrets are')
    .action((inventory: string) => act((actions) => actions.editSecrets(inventory)));
  secrets
    .command('rekey')
    .description('encrypt the secrets anew, for the recipients that the inventory names now')
    .argument('<inventory>', 'the YAML file that says under `age:` where the secrets are')
    .action((inventory: string) => act((actions) => actions.rekeySecrets(inventory)));

  root
    .command('validate')
    .description('check an inventory and its playbooks; connects to nothing')
    .argument('<inventory>', INVENTORY)
    .option(...PLAYBOOK)
    .action((inventory: string, options: CommonOptions) =>
      act((actions) => actions.validate(inventory, options)),
    );

  root
    .command('schema')
    .description('print the JSON Schema of inventories, for editors')
    .option(...PLAYBOOK)
    .action((options: CommonOptions) => act((actions) => actions.schema(options)));

  root
    .command('init')
    .description('write an inventory to begin with; asks what the options do not say')
    .argument('<file>', 'the inventory to write')
    .option('--host <name=address>', 'a host; the first one or three are managers; may be repeated', collect)
    .option('--user <name>', 'log in as this user')
    .option('--cluster <name>', 'a name for the whole; default: mail')
    .option('--domain <domain>', 'the main mail domain; empty: no mail stack yet')
    .option('--hostname <name>', 'the name of the mail server; default: mail.DOMAIN')
    .addOption(
      new Option(
        '--storage <kind>',
        'where the mail of all hosts is; default: glusterfs from three hosts on',
      ).choices(STORAGES),
    )
    .option('--nfs <server:/folder>', 'the server and the folder of NFS')
    .addOption(new Option('--database <kind>', 'where the accounts are; default: sqlite').choices(DATABASES))
    .option('--database-server <name>', 'the server of postgresql or mysql')
    .addOption(
      new Option('--tls <kind>', 'where the certificate is from; default: cert').choices(CERTIFICATES),
    )
    .action((file: string, options: InitOptions) => act((actions) => actions.init(file, options)));

  root
    .command('completion')
    .description('print what makes a shell complete commands, options and the names of an inventory')
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(SHELLS))
    .addHelpText('after', COMPLETION)
    .action((shell: Shell) => act((actions) => actions.completion(completionScript(root, HIDDEN, shell))));

  root
    .command('names', { hidden: true })
    .description('print names of an inventory, for completions')
    .addArgument(new Argument('<what>').choices(NAMES))
    .argument('<inventory>', INVENTORY)
    .option(...PLAYBOOK)
    .action((what: Names, inventory: string, options: CommonOptions) =>
      act((actions) => actions.names(what, inventory, options)),
    );

  for (const command of all(root)) refuseTwice(command);
  return root;
}

const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];

/** The options of a run, which are also those of the command without a verb. */
function optionsOf(run: Command): string {
  const help = run.createHelp();
  help.prepareContext({ helpWidth: Math.min(process.stdout.columns ?? 80, 100) });
  const width = help.padWidth(run, help);
  const rows = help
    .visibleOptions(run)
    .filter(({ long }) => long !== '--help')
    .map((option) => help.formatItem(help.optionTerm(option), width, help.optionDescription(option), help));
  return `\nOptions of a run:\n${rows.join('\n')}\n`;
}
