import { Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import { errorText, findingText } from './error-text.ts';
import { outsideText } from './outside-text.ts';
import { recapText } from './recap.ts';
import { dispatch, type Handlers, type Renderer, type Write } from './renderer.ts';
import type { Style } from './style.ts';

type Task = Pick<ListrTaskWrapper<unknown, never, never>, 'title' | 'output'>;

/** A host's line in a phase: shown by listr2 from its start, and settled by events. */
interface Line {
  title: string;
  output: string;
  task: Task | undefined;
  readonly settle: (error?: Error) => void;
  readonly settled: Promise<void>;
}

/** Lines that change in place, on a terminal: one a host, phase by phase. */
export function ttyRenderer(stream: NodeJS.WriteStream, result: Write, c: Style): Renderer {
  let phase: { lines: Map<string, Line>; shown: Promise<unknown> } | undefined;
  const after: string[] = [];

  const begin = (title: string, hosts: readonly string[]) => {
    const lines = new Map(hosts.map((host) => [host, newLine(host)]));
    const shown = show(stream, title, [...lines.values()]);
    phase = { lines, shown };
  };
  const end = async () => {
    const ending = phase;
    phase = undefined;
    if (ending === undefined) return;
    for (const line of ending.lines.values()) line.settle();
    await ending.shown;
  };
  let queue = Promise.resolve();
  const next = (work: () => void | Promise<void>) => {
    queue = queue.then(work);
  };
  const update = (host: string, change: (line: Line) => void) =>
    next(() => {
      const line = phase?.lines.get(host);
      if (line === undefined) return;
      change(line);
      if (line.task === undefined) return;
      line.task.title = line.title;
      line.task.output = line.output;
    });

  const handlers: Handlers = {
    'run-started': ({ hosts }) => next(() => begin('look', hosts)),
    'host-connected': ({ host }) => update(host, (line) => (line.output = 'connected')),
    'host-failed': ({ host, error }) => {
      update(host, (line) => line.settle(error instanceof Error ? error : new Error(String(error))));
      next(() => void after.push(...errorText(host, error, c)));
    },
    exec: ({ host, purpose }) => {
      if (purpose === 'observe') update(host, (line) => (line.output = ''));
    },
    finding: ({ finding }) => next(() => void after.push(...findingText(finding, c))),
    planned: () => next(end),
    locking: ({ hosts }) =>
      next(async () => {
        await end();
        begin('take the hosts for this run, and look again', hosts);
      }),
    locked: () => next(end),
    'stage-started': ({ playbook, stage, hosts }) =>
      next(async () => {
        await end();
        begin(`${playbook}/${stage}`, hosts);
      }),
    'step-started': ({ host, title, number, of }) =>
      update(host, (line) => {
        line.title = `${host}  ${title} ${c.dim(`${number}/${of}`)}`;
        line.output = '';
      }),
    'step-output': ({ host, line: text }) => update(host, (line) => (line.output = text)),
    changed: ({ host }) =>
      update(host, (line) => {
        line.title = host;
        line.output = '';
      }),
    'gate-waiting': ({ host, title, reason }) =>
      update(host, (line) => (line.output = `${title}: ${reason}`)),
    settling: ({ host, progress }) => update(host, (line) => (line.output = progress.join('\n'))),
    'stage-finished': () => next(end),
    'run-finished': (event) =>
      next(async () => {
        await end();
        for (const line of after.splice(0)) stream.write(`${line}\n`);
        result(`${recapText(event, c).join('\n')}\n`);
      }),
    'command-started': () => undefined,
    'command-output': ({ host, line: text }) => update(host, (line) => (line.output = text)),
    'command-finished': () => undefined,
    'outside-started': ({ hosts }) =>
      next(async () => {
        await end();
        begin('look from outside', hosts);
      }),
    'outside-waiting': ({ host, reason }) => update(host, (line) => (line.output = reason)),
    outside: ({ fronts }) =>
      next(async () => {
        await end();
        result(`${outsideText(fronts, c).join('\n')}\n`);
      }),
  };
  return {
    handle: dispatch(handlers),
    close: async () => {
      next(end);
      await queue;
      for (const line of after.splice(0)) stream.write(`${line}\n`);
    },
  };
}

function newLine(host: string): Line {
  let settle: Line['settle'] = () => undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  settled.catch(() => undefined);
  return { title: host, output: '', task: undefined, settle, settled };
}

function show(stream: NodeJS.WriteStream, title: string, lines: readonly Line[]): Promise<unknown> {
  const tasks = lines.map((line) => ({
    title: line.title,
    task: (_context: unknown, task: Task) => {
      line.task = task;
      task.title = line.title;
      return line.settled;
    },
  }));
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
  return new Listr(
    [{ title, task: (_context, task) => task.newListr(tasks, { concurrent: true, exitOnError: false }) }],
    {
      renderer: 'default',
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: { logger, collapseSubtasks: false, showErrorMessage: false, removeEmptyLines: true },
    },
  )
    .run()
    .catch(() => undefined);
}
