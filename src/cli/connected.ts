import { connect, exitCodeOf, type Run, type Session } from '../engine/index.ts';
import { ProvisionError } from '../errors/index.ts';
import type { Denied, Playbook } from '../playbook/index.ts';
import type { CommonOptions } from './actions.ts';
import { logged } from './logged.ts';
import { type ReadProject, readProject } from './project.ts';
import type { Needs } from './read-secrets.ts';
import { type SetUp, setUp } from './set-up.ts';

/** The hosts are connected and have told their facts; nothing is planned. */
export interface Connected extends SetUp {
  readonly run: Run;
  /** The first playbook that has this verb, and what it makes of it. */
  verb<V>(name: string, of: (playbook: Playbook) => V | undefined): { playbook: Playbook; verb: V };
  /** @throws ProvisionError where the host was not reached. */
  session(host: string): Session;
}

/** Does something with connected hosts, and lets them go. A host that was not reached is told by the exit code. */
export async function whileConnected(
  file: string,
  options: CommonOptions,
  needs: Needs,
  work: (connected: Connected) => Promise<number | undefined>,
  read: ReadProject = readProject,
): Promise<number> {
  return connectedBy(await setUp(file, options, needs, read), work);
}

/** The same for a command that changes hosts: what it does is in a log. */
export async function whileConnectedAndLogged(
  file: string,
  options: CommonOptions,
  needs: Needs,
  work: (connected: Connected) => Promise<number | undefined>,
): Promise<number> {
  return logged(await setUp(file, options, needs), (given) => connectedBy(given, work));
}

async function connectedBy(
  prepared: SetUp,
  work: (connected: Connected) => Promise<number | undefined>,
): Promise<number> {
  const { renderer, runOptions, release } = prepared;
  try {
    await using run = await connect(runOptions);
    const code = await work({
      ...prepared,
      run,
      session: (host) => {
        const { session } = run.state(host);
        if (session === undefined) throw deny({ denied: `${host} was not reached` });
        return session;
      },
      verb: (name, of) => {
        for (const playbook of runOptions.playbooks) {
          const verb = of(playbook);
          if (verb !== undefined) return { playbook, verb };
        }
        throw new ProvisionError(`no playbook of this site has anything for \`provision ${name}\``, {
          code: 'no-verb',
        });
      },
    });
    return code ?? exitCodeOf(run.failures()) ?? 0;
  } finally {
    await renderer.close();
    release();
  }
}

/** A playbook says no: the words are its own. */
export function deny({ denied, fix = [] }: Denied): ProvisionError {
  return new ProvisionError(denied, { code: 'denied', fix });
}
