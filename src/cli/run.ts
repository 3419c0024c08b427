import { createInterface } from 'node:readline/promises';
import {
  connect,
  converge,
  countChanges,
  exitCodeOf,
  hasWork,
  Interrupted,
  isRefused,
  type Plan,
  prepare,
  viewFor,
} from '../engine/index.ts';
import { inventoryJsonSchema, selectHosts } from '../inventory/index.ts';
import { planText, tableText } from '../render/index.ts';
import type { Actions, CommonOptions, RunCommandOptions } from './program.ts';
import { readPlaybooks, readProject } from './project.ts';
import { openScreen } from './screen.ts';
import { setUp } from './set-up.ts';

const CHANGES = 10;

export const actions: Actions = { run, plan, status, validate, schema };

async function plan(file: string, options: RunCommandOptions): Promise<number> {
  const { screen, renderer, run: runOptions, release } = await setUp(file, options);
  try {
    await using prepared = await prepare(runOptions);
    await renderer.close();
    if (screen.form !== 'json') screen.out(`${planText(prepared.plan, screen.outColours)}\n`);
    return verdict(prepared.plan) ?? (options.detailedExitcode && hasWork(prepared.plan) ? CHANGES : 0);
  } finally {
    await renderer.close();
    release();
  }
}

async function run(file: string, options: RunCommandOptions): Promise<number> {
  const { screen, renderer, run: runOptions, release } = await setUp(file, options);
  try {
    await using prepared = await prepare(runOptions);
    const refused = verdict(prepared.plan);
    if (screen.form !== 'json' && hasWork(prepared.plan)) {
      await renderer.close();
      screen.out(`${planText(prepared.plan, screen.outColours)}\n`);
    }
    if (refused !== undefined) {
      await renderer.close();
      screen.err(`${stopped(prepared.plan, runOptions.selected)}\n`);
      return refused;
    }
    if (needsConsent(screen.form, options, prepared.plan) && !(await consent())) {
      screen.err('Nothing was changed.\n');
      return 0;
    }
    const outcome = await converge(prepared, runOptions);
    return exitCodeOf(outcome.failures) ?? (options.detailedExitcode && outcome.changes > 0 ? CHANGES : 0);
  } finally {
    await renderer.close();
    release();
  }

  /** The exit code where the plan must not be carried out. */
  function verdict(made: Plan): number | undefined {
    return verdictFor(made, runOptions.selected);
  }
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
  const failed = made.failures.map(({ host }) => host);
  const rest = [...selected].filter((host) => !failed.includes(host));
  const hint =
    rest.length === 0 ? '' : ` To change the others without ${failed.join(', ')}: --limit ${rest.join(',')}`;
  return `Nothing was changed: ${failed.join(', ')} failed.${hint}`;
}

function needsConsent(form: string, options: RunCommandOptions, made: Plan): boolean {
  return form === 'tty' && !options.yes && process.stdin.isTTY === true && countChanges(made) > 0;
}

async function consent(): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const interrupt = new AbortController();
  prompt.on('SIGINT', () => interrupt.abort(new Interrupted()));
  prompt.on('close', () => interrupt.abort());
  try {
    const answer = await prompt.question('Make these changes? [y/N] ', { signal: interrupt.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    process.stderr.write('\n');
    if (interrupt.signal.reason instanceof Interrupted) throw interrupt.signal.reason;
    if (interrupt.signal.aborted) return false;
    throw error;
  } finally {
    prompt.close();
  }
}

async function status(file: string, options: CommonOptions): Promise<number> {
  const { screen, renderer, run: runOptions, release } = await setUp(file, options);
  try {
    await using world = await connect(runOptions);
    const views = world.playbooks.map((playbook) => ({
      playbook,
      view: viewFor(world, playbook, runOptions.onHost),
    }));
    for (const { playbook, view } of views)
      for (const finding of playbook.inspect(view)) runOptions.emit({ kind: 'finding', finding });
    await renderer.close();
    const tables = views.flatMap(({ playbook, view }) => playbook.status(view));
    if (screen.form === 'json') screen.out(`${JSON.stringify({ kind: 'status', tables })}\n`);
    else screen.out(`${tables.map((table) => tableText(table, screen.outColours)).join('\n\n')}\n`);
    const failures = [...world.states.values()].filter(({ error }) => error !== undefined);
    return exitCodeOf(failures.map(({ host, error }) => ({ host: host.name, error }))) ?? 0;
  } finally {
    await renderer.close();
    release();
  }
}

async function validate(file: string, options: CommonOptions): Promise<number> {
  const { inventory, playbooks } = await readProject(file, options.playbook);
  selectHosts(inventory, options.limit);
  const names = playbooks.map(({ name }) => name).join(', ');
  openScreen('plain', process.env).out(
    `${file}: valid, ${inventory.hosts.length} hosts, playbooks ${names}\n`,
  );
  return 0;
}

async function schema(options: CommonOptions): Promise<number> {
  const { sections } = await readPlaybooks(options.playbook);
  openScreen('plain', process.env).out(`${JSON.stringify(inventoryJsonSchema(sections), null, 2)}\n`);
  return 0;
}
