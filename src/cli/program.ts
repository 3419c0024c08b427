import { existsSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
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

const PLAYBOOK = [
  '--playbook <file>',
  'a playbook of your own, in place of the site that comes with provision; may be repeated',
  collect,
] as const;

const EXEC = `
The command runs as the steps of a run do: as root where the inventory says so,
in the directory /, with nothing on its stdin. For pipes and variables let a
shell read them: -- sh -c '…'. Secrets of the inventory are masked in what it
prints. Ctrl-C lets it end and begins it on no other host; once more ends it.`;

/** What the options of a command that connects are about. */
const RUN_OPTIONS = {
  limit: 'change only these: hosts, globs, @groups, !exclusions, by commas; all are looked at',
  timeout: 'for all commands of a stage on a host',
};
const EXEC_OPTIONS: typeof RUN_OPTIONS = {
  limit: 'only on these: hosts, globs, @groups, !exclusions, by commas; default: all',
  timeout: 'after which the command is ended on the host',
};

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
    .helpCommand('help [command]', 'print this, or the help of a command')
    .showHelpAfterError('(see: provision --help)');

  const connecting = (command: Command, about = RUN_OPTIONS) =>
    command
      .argument('<inventory>', 'YAML file that names the hosts')
      .option('--limit <hosts>', about.limit)
      .option(...PLAYBOOK)
      .addOption(
        new Option('--output <form>', 'default: tty on a terminal, else plain').choices([
          'tty',
          'plain',
          'json',
        ]),
      )
      .option('--user <name>', 'log in as this user, whatever the inventory says')
      .option('--identity <file>', 'log in with this key, whatever the inventory says')
      .option('--concurrency <n>', 'hosts at a time', positive, 30)
      .option('--timeout <seconds>', about.timeout, positive, 1800)
      .option('-v, --verbose', 'show what the commands print');

  const run = connecting(root.command('run', { isDefault: true, hidden: true }))
    .usage('<inventory> [options]')
    .description('converge: make the hosts what the inventory says')
    .option('-y, --yes', 'do not ask before changing')
    .option('--diff', 'show new files, long changes and values whole')
    .option('--exact', 'do nothing that the plan did not show; ends where more becomes known')
    .option('--stage <name>', 'only this stage, as in storage/mount, or playbook; may be repeated', collect)
    .option('--detailed-exitcode', 'exit 10 where something was changed')
    .option('--remount', 'mount anew, host by host, where options have changed; stops Docker there')
    .option('--database-moved', 'you have moved the accounts to where the inventory has them now')
    .addHelpText('after', EXIT_CODES)
    .allowExcessArguments()
    .action((inventory: string, options: RunCommandOptions, command: Command) => {
      const names = root.commands.map((other) => other.name()).filter((name) => !HIDDEN.includes(name));
      const mistake = misspelt(command.args, names, existsSync);
      if (mistake !== undefined) command.error(`error: ${mistake}`);
      return act((actions) => actions.run(inventory, options));
    });

  root.addHelpText('after', () => `${optionsOf(run)}${EXIT_CODES}${EXAMPLES}`);

  connecting(root.command('plan'))
    .description('show what a run would change, and change nothing')
    .option('--diff', 'show new files, long changes and values whole')
    .option('--stage <name>', 'only this stage or playbook; may be repeated', collect)
    .option('--detailed-exitcode', 'exit 10 where there are changes')
    .option('--remount', 'as a run with --remount would')
    .option('--database-moved', 'as a run with --database-moved would')
    .action((inventory: string, options: RunCommandOptions) =>
      act((actions) => actions.plan(inventory, options)),
    );

  /** A verb that changes nothing, and has no options of its own. */
  const looking = (name: 'status' | 'facts' | 'dns', about: string) =>
    connecting(root.command(name))
      .description(about)
      .action((inventory: string, options: CommonOptions) =>
        act((actions) => actions[name](inventory, options)),
      );

  looking('status', 'show what runs where; exit 2 where something that should run does not');

  looking('facts', 'print what is known of each host');

  connecting(root.command('logs'))
    .argument('<service>', 'as in the stack: front, imap, smtp, admin …')
    .description('show what a service has printed, from all nodes')
    .option('--tail <lines>', 'of each task, from the end', positive, 100)
    .option('-f, --follow', 'go on as more comes, until Ctrl-C')
    .option('--since <when>', 'a moment or an age, as in 10m')
    .action((inventory: string, service: string, options: LogOptions) =>
      act((actions) => actions.logs(inventory, service, options)),
    );

  connecting(root.command('exec'), EXEC_OPTIONS)
    .argument('<cmd...>', 'a program and its arguments, after --; they are passed as they are')
    .usage('<inventory> [options] -- <cmd...>')
    .description('run a command on the hosts')
    .option('--rolling', 'on one host after the other; ends at the first that fails')
    .addHelpText('after', EXEC)
    .action((inventory: string, words: readonly string[], options: ExecOptions, command: Command) => {
      // What a program takes for its own option would be taken for ours.
      if (!(root as { rawArgs?: readonly string[] }).rawArgs?.includes('--'))
        command.error('error: put -- before the command: provision exec INVENTORY -- COMMAND');
      return act((actions) => actions.exec(inventory, words, options));
    });

  connecting(root.command('check'))
    .description('look at the mail servers from here, as a client: ports, relaying, a message')
    .option('--no-wait', 'do not wait, 5 to 16 minutes, where greylisting puts the message off')
    .action((inventory: string, options: CheckOptions) =>
      act((actions) => actions.check(inventory, options)),
    );

  looking('dns', 'print the DNS records to publish, as a zone file');

  connecting(root.command('remove-stack'))
    .description('remove the mail stack; says what stays, and asks')
    .option('-y, --yes', 'do not ask')
    .action((inventory: string, options: RemoveOptions) =>
      act((actions) => actions.removeStack(inventory, options)),
    );

  const secrets = root.command('secrets').description('the encrypted secrets of an inventory: edit, rekey');
  secrets
    .command('edit')
    .description('open them in $EDITOR; makes the file, and a key of yours, where they are missing')
    .argument('<inventory>', 'YAML file that says under `age:` where they are')
    .action((inventory: string) => act((actions) => actions.editSecrets(inventory)));
  secrets
    .command('rekey')
    .description('encrypt them anew, for the recipients that the inventory names now')
    .argument('<inventory>', 'YAML file that says under `age:` where they are')
    .action((inventory: string) => act((actions) => actions.rekeySecrets(inventory)));

  root
    .command('validate')
    .description('check an inventory and its playbooks; connects to nothing')
    .argument('<inventory>', 'YAML file that names the hosts')
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
    .option('--host <name=address>', 'a host, the first three are managers; may be repeated', collect)
    .option('--user <name>', 'log in as this user')
    .option('--cluster <name>', 'a name for the whole; default: mail')
    .option('--domain <domain>', 'the main mail domain; empty: no mail stack yet')
    .option('--hostname <name>', 'of the mail server; default: mail.DOMAIN')
    .addOption(
      new Option('--storage <kind>', 'of all hosts; default: glusterfs from three on').choices(STORAGES),
    )
    .option('--nfs <server:/folder>', 'what NFS mounts')
    .addOption(new Option('--database <kind>', 'of the accounts; default: sqlite').choices(DATABASES))
    .option('--database-server <name>', 'where postgresql or mysql is')
    .addOption(
      new Option('--tls <kind>', 'where the certificate is from; default: cert').choices(CERTIFICATES),
    )
    .action((file: string, options: InitOptions) => act((actions) => actions.init(file, options)));

  root
    .command('completion')
    .description('print completions for a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => act((actions) => actions.completion(completionScript(root, HIDDEN, shell))));

  root
    .command('names', { hidden: true })
    .description('print names of an inventory, for completions')
    .addArgument(new Argument('<what>').choices(NAMES))
    .argument('<inventory>', 'YAML file that names the hosts')
    .option(...PLAYBOOK)
    .action((what: Names, inventory: string, options: CommonOptions) =>
      act((actions) => actions.names(what, inventory, options)),
    );

  return root;
}

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

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('expected a positive number');
  return number;
}
