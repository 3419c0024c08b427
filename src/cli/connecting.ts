import { type Command, Option } from 'commander';
import { collect, positive, together } from './given.ts';
import { PATIENCE } from './patience.ts';

export const INVENTORY = 'the YAML file that names the hosts';

export const PLAYBOOK = [
  '--playbook <file>',
  'a playbook of your own, in place of the site that comes with provision; may be repeated',
  collect,
] as const;

/** Words for `--limit`: which hosts, and what of the others. */
function hosts(rest: string): string {
  return `these: hosts, globs, @groups, !exclusions, by commas; ${rest}; may be repeated`;
}

/** What these options are about in a command; one that it has no use for it does not have. */
export interface About {
  readonly limit?: string;
  readonly timeout?: string;
}

export const RUN_ABOUT: About = {
  limit: `change only ${hosts('all are looked at')}`,
  timeout: 'what all commands of a stage may take on a host',
};
export const PLAN_ABOUT: About = {
  limit: `show changes of only ${hosts('all are looked at')}`,
  timeout: 'taken as by a run; bounds nothing that a plan does',
};
export const FACTS_ABOUT: About = { limit: `print only ${hosts('all are asked')}` };
export const EXEC_ABOUT: About = {
  limit: `only on ${hosts('default: all')}`,
  timeout: 'after which the command is ended on the host',
};
export const REMOVE_ABOUT: About = { timeout: 'what the commands that remove it may take' };

/** A command that connects to the hosts of an inventory. */
export function connecting(command: Command, { limit, timeout }: About = {}): Command {
  command.argument('<inventory>', INVENTORY);
  if (limit !== undefined) command.option('--limit <hosts>', limit, together);
  command
    .option(...PLAYBOOK)
    .addOption(
      new Option(
        '--output <form>',
        'in place, line by line, or as JSON; default: tty on a terminal, else plain',
      ).choices(['tty', 'plain', 'json']),
    )
    .option('--user <name>', 'log in as this user, whatever the inventory says')
    .option(
      '--identity <file>',
      'log in with this key, whatever the inventory says; may be repeated',
      collect,
    )
    .option('--concurrency <n>', 'hosts at a time', positive, 30);
  if (timeout !== undefined) command.option('--timeout <seconds>', timeout, positive, PATIENCE.stage);
  return command.option('-v, --verbose', 'show what the commands print');
}
