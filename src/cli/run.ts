import {
  changesOf,
  converge,
  countChanges,
  exitCodeOf,
  hasWork,
  isRefused,
  type Plan,
  prepare,
} from '../engine/index.ts';
import { EXIT } from '../errors/index.ts';
import { inventoryJsonSchema, selectHosts } from '../inventory/index.ts';
import { duration, planText } from '../render/index.ts';
import type { Actions, CommonOptions, RunCommandOptions } from './actions.ts';
import { check, checkAfterRun } from './check.ts';
import { consent } from './consent.ts';
import { dns } from './dns.ts';
import { exec } from './exec.ts';
import { facts } from './facts.ts';
import { init } from './init.ts';
import { logged } from './logged.ts';
import { logs } from './logs.ts';
import { names } from './names.ts';
import { readPlaybooks, readProject } from './project.ts';
import { forPlaybooks } from './read-secrets.ts';
import { removeStack } from './remove-stack.ts';
import { lastRun } from './run-log.ts';
import { openScreen, type Screen } from './screen.ts';
import { editSecrets, rekeySecrets } from './secrets.ts';
import { type SetUp, setUp } from './set-up.ts';
import { status } from './status.ts';
import { isAttended } from './terminal.ts';

export const actions: Actions = {
  run,
  plan,
  status,
  facts,
  logs,
  exec,
  dns,
  check,
  removeStack,
  editSecrets,
  rekeySecrets,
  validate,
  schema,
  completion,
  names,
  init,
};

async function plan(file: string, options: RunCommandOptions): Promise<number> {
  const { screen, renderer, runOptions, release } = await setUp(file, options, forPlaybooks);
  try {
    await using prepared = await prepare(runOptions);
    await renderer.close();
    if (screen.form !== 'json') screen.out(shownPlan(prepared.plan, screen, options));
    return (
      verdict(prepared.plan) ??
      (options.detailedExitcode && hasWork(prepared.plan) ? EXIT.changes : EXIT.done)
    );
  } finally {
    await renderer.close();
    release();
  }
}

async function run(file: string, options: RunCommandOptions): Promise<number> {
  return logged(await setUp(file, options, forPlaybooks), (given) => converged(given, options));
}

async function converged(given: SetUp, options: RunCommandOptions): Promise<number> {
  const { screen, renderer, runOptions, release } = given;
  try {
    await using prepared = await prepare(runOptions);
    const refused = verdict(prepared.plan);
    if (screen.form !== 'json' && hasWork(prepared.plan)) {
      await renderer.close();
      screen.out(shownPlan(prepared.plan, screen, options));
    }
    if (refused !== undefined) {
      await renderer.close();
      screen.err(`${stopped(prepared.plan, runOptions.selected)}\n`);
      return refused;
    }
    const asks = options.yes !== true && screen.form !== 'json' && isAttended();
    const agreed = () => consent('Make these changes?', runOptions.stop);
    if (asks && countChanges(prepared.plan) > 0 && !(await agreed())) {
      screen.err('Nothing was changed.\n');
      return 0;
    }
    const allowed = options.exact === true ? { allowed: changesOf(prepared.plan) } : {};
    const agree = async (more: Plan) => {
      if (!asks) return true;
      await renderer.close();
      screen.out(`The hosts are not any more what they were.\n${shownPlan(more, screen, options)}`);
      return agreed();
    };
    const outcome = await converge(prepared, { ...allowed, agree });
    if (outcome.declined) screen.err('Nothing was changed.\n');
    const changes = options.detailedExitcode && outcome.changes > 0 ? EXIT.changes : EXIT.done;
    return exitCodeOf(outcome.failures) ?? (await checkAfterRun(prepared.run, outcome.playbooks)) ?? changes;
  } finally {
    await renderer.close();
    release();
  }

  /** The exit code where the plan must not be carried out. */
  function verdict(made: Plan): number | undefined {
    return verdictFor(made, runOptions.selected);
  }
}

/** A plan, and how long it takes to carry such things out. */
function shownPlan(made: Plan, screen: Screen, { diff }: RunCommandOptions): string {
  const took = countChanges(made) === 0 ? undefined : lastRun(made.cluster, process.env);
  const before = took === undefined ? '' : `The last run that changed something took ${duration(took)}.\n`;
  return `${planText(made, screen.outStyle, { diff: diff === true })}\n${before}`;
}

function verdict(made: Plan): number | undefined {
  return verdictFor(made, new Set(made.hosts.filter(({ selected }) => selected).map(({ name }) => name)));
}

function verdictFor(made: Plan, selected: ReadonlySet<string>): number | undefined {
  if (isRefused(made)) return 5;
  return exitCodeOf(made.failures.filter(({ host }) => selected.has(host)));
}

function stopped(made: Plan, selected: ReadonlySet<string>): string {
  if (isRefused(made)) return 'Refused. Nothing was changed.';
  const failed = [...new Set(made.failures.map(({ host }) => host))];
  const rest = [...selected].filter((host) => !failed.includes(host));
  const hint =
    rest.length === 0 ? '' : ` To change the others without ${failed.join(', ')}: --limit ${rest.join(',')}`;
  return `Nothing was changed: ${failed.join(', ')} failed.${hint}`;
}

async function validate(file: string, options: CommonOptions): Promise<number> {
  const { inventory, playbooks } = await readProject(file, options.playbook);
  selectHosts(inventory, options.limit);
  const names = playbooks.map(({ name }) => name).join(', ');
  openScreen('plain', process.env).out(
    `${file}: valid, ${inventory.hosts.length} host${inventory.hosts.length === 1 ? '' : 's'}, playbooks ${names}\n`,
  );
  return 0;
}

async function schema(options: CommonOptions): Promise<number> {
  const { sections } = await readPlaybooks(options.playbook);
  openScreen('plain', process.env).out(`${JSON.stringify(inventoryJsonSchema(sections), null, 2)}\n`);
  return 0;
}

async function completion(script: string): Promise<number> {
  process.stdout.write(script);
  return 0;
}
