import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REGISTRY } from './addresses.ts';
import { $, LabError, must, until } from './shell.ts';
import { paths } from './state.ts';

const SOCKET = '/run/provision-lab.sock';
const PID_FILE = join(paths.engine, 'docker.pid');
const LOG = join(paths.engine, 'log');
const SETTINGS = join(paths.engine, 'daemon.json');
const EXEC_ROOT = '/run/provision-lab';
/** The registry of the lab has no TLS. */
const CONTENT = JSON.stringify({ 'insecure-registries': [REGISTRY] });

/**
 * The lab's own Docker Engine. An engine that already runs here is not used: its settings are not known, and the
 * lab must be able to take away everything that it made.
 */
export const docker = $({
  env: {
    ...process.env,
    DOCKER_HOST: `unix://${SOCKET}`,
    DOCKER_CONFIG: join(paths.engine, 'config'),
    // The old builder needs neither a plugin nor a network.
    DOCKER_BUILDKIT: '0',
  },
});

export async function startEngine(): Promise<void> {
  if (await answers()) return reload();
  await stopEngine();
  mkdirSync(paths.engine, { recursive: true });
  writeFileSync(SETTINGS, CONTENT);
  const log = openSync(LOG, 'a');
  const daemon = spawn(
    '/usr/sbin/dockerd',
    [
      `--host=unix://${SOCKET}`,
      `--data-root=${join(paths.engine, 'data')}`,
      `--exec-root=${EXEC_ROOT}`,
      `--pidfile=${PID_FILE}`,
      '--bridge=none',
      '--iptables=false',
      '--ip-forward=false',
      `--config-file=${SETTINGS}`,
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  daemon.unref();
  await until(`the lab's Docker Engine answers (see ${LOG})`, 60, answers);
}

/** An engine that an older clone started learns of the registry without a restart. */
function reload(): void {
  const pid = ownPid();
  if (pid === undefined || readFileSync(SETTINGS, 'utf8') === CONTENT) return;
  writeFileSync(SETTINGS, CONTENT);
  process.kill(pid, 'SIGHUP');
}

async function answers(): Promise<boolean> {
  return existsSync(SOCKET) && (await docker`timeout 5 docker version`).exitCode === 0;
}

/** Ends the engine that we started, and what its death may have left. */
async function stopEngine(): Promise<void> {
  const pid = ownPid();
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    await until('the old engine has ended', 30, async () => ownPid() === undefined).catch(async () => {
      process.kill(pid, 'SIGKILL');
    });
  }
  await endStrays();
  rmSync(SOCKET, { force: true });
  rmSync(PID_FILE, { force: true });
}

/** The process in the pid file, where it still is our engine: numbers are used again. */
function ownPid(): number | undefined {
  try {
    const pid = Number(readFileSync(PID_FILE, 'utf8'));
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(SOCKET) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What an engine that was killed leaves: nodes that run on, their shims, mounts, and pid files that a new engine
 * would believe. All are told by the folder of ours that they are in or name.
 */
async function endStrays(): Promise<void> {
  const inits = await $`find ${EXEC_ROOT} -name init.pid -exec cat {} ${';'} -exec echo ${';'}`;
  const listed = await must('listing processes', $`ps -eo pid=,args=`);
  const shims = listed
    .split('\n')
    .filter((line) => line.includes(`${EXEC_ROOT}/`) && /containerd|docker-proxy/.test(line))
    .map((line) => line.trim().split(' ')[0] ?? '');
  const nodes = inits.stdout.split('\n').filter((pid) => pid !== '' && isOurs(pid));
  for (const pid of [...nodes, ...shims]) await $`kill -KILL ${pid}`;
  if (nodes.length > 0) await removeGroups();
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${paths.engine}/`) || path.startsWith(`${EXEC_ROOT}/`));
  for (const path of mounts.toReversed()) await $`umount -l ${path}`;
  rmSync(EXEC_ROOT, { recursive: true, force: true });
}

/** Control groups of nodes that were killed: they would refuse the settings of the same node started again. */
async function removeGroups(): Promise<void> {
  const tasks = await $`ls ${EXEC_ROOT}/containerd/daemon/io.containerd.runtime.v2.task/moby`;
  for (const id of tasks.stdout.split('\n').filter((line) => line !== ''))
    await until('the groups of a killed node are gone', 10, async () => {
      const { stdout } =
        await $`find /sys/fs/cgroup -depth -type d -path ${`*/docker/${id}*`} -exec rmdir {} ${';'} -print 2>/dev/null`;
      return stdout === '';
    });
}

/** Whether a process still is the init of a node: numbers are used again. */
function isOurs(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/sbin/init');
  } catch {
    return false;
  }
}

/** Takes away all that the engine kept. */
export async function removeEngine(): Promise<void> {
  await stopEngine();
  rmSync(paths.engine, { recursive: true, force: true });
  if (await answers()) throw new LabError('the engine still answers after it was stopped');
}
