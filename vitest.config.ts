import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const alias = { 'provision-swarm': fileURLToPath(new URL('./src/index.ts', import.meta.url)) };

const LAB = ['test/lab/**/*.test.ts'];
/** Too long to be among the others: `npm run test:storage`, `npm run test:resolver`, `npm run test:mailu`, `npm run test:swarm`. */
const STORAGE = ['test/lab/storage*.test.ts'];
const RESOLVER = ['test/lab/resolver*.test.ts'];
const MAILU = ['test/lab/mailu*.test.ts'];
/** What a swarm that is there goes through: hosts that drift, are rolled, come back wiped, and its networks. */
const SWARM = ['drift', 'network', 'rolling', 'wiped'].map((name) => `test/lab/${name}.test.ts`);
/** The lab itself, which the tests of everything else lean on. */
const NODES = ['test/lab/lab.test.ts'];
/** How it is got in, what is refused, what is survived: `npm run test:trust`. */
const TRUST = [
  'apt-past',
  'autolock',
  'base',
  'broken',
  'dnf',
  'certificates',
  'docker-ce',
  'docker-past',
  'exec',
  'faults',
  'firewall',
  'hands',
  'killed',
  'machine-drift',
  'own-playbook',
  'packages',
  'proxy',
  'reboot',
  'swarm-past',
  'ways-in',
].map((name) => `test/lab/${name}.test.ts`);
/** How the command comes to a machine, with each version of Node: `npm run test:install`. */
const INSTALL = ['test/lab/install.test.ts'];
/** Of the tests without nodes those that wait for real time or go through a whole model: most of their time, few of their number. */
const LONG = [
  'engine/{execute,given-up,run-lock}',
  'lease/*',
  'resources/{dead-mount,socket}',
  'rules/swarm-model',
  'storage/lease-model',
  'templates/{container-programs,drain,lease}',
].map((name) => `test/${name}.test.ts`);
/** A limit ends what hangs; a machine with much else to do is several times slower than another. */
const SHORT_LIMITS = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Three bare machines are brought to a whole site in one test; it took over 15 minutes where a process took 12 ms to start. */
const ONE_BY_ONE = { fileParallelism: false, testTimeout: 1_800_000, hookTimeout: 1_200_000 };

export default defineConfig({
  test: {
    // Some wait for most of their time; the lab's files run one by one all the same.
    maxWorkers: '150%',
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', ...LONG],
          ...SHORT_LIMITS,
          // No test leaves anything behind in its process; half of the time would go into loading the same modules anew.
          isolate: false,
        },
      },
      {
        resolve: { alias },
        // Tests that run at once, those of the lease, wait for most of their time.
        test: { name: 'long', include: LONG, ...SHORT_LIMITS, maxConcurrency: 8 },
      },
      {
        resolve: { alias },
        test: {
          name: 'lab',
          include: LAB,
          exclude: [...STORAGE, ...RESOLVER, ...MAILU, ...SWARM, ...NODES, ...TRUST, ...INSTALL],
          ...ONE_BY_ONE,
        },
      },
      { resolve: { alias }, test: { name: 'storage', include: STORAGE, ...ONE_BY_ONE } },
      { resolve: { alias }, test: { name: 'resolver', include: RESOLVER, ...ONE_BY_ONE } },
      { resolve: { alias }, test: { name: 'mailu', include: MAILU, ...ONE_BY_ONE } },
      { resolve: { alias }, test: { name: 'nodes', include: NODES, ...ONE_BY_ONE } },
      { resolve: { alias }, test: { name: 'swarm', include: SWARM, ...ONE_BY_ONE } },
      { resolve: { alias }, test: { name: 'install', include: INSTALL, ...ONE_BY_ONE } },
      { resolve: { alias }, test: { name: 'trust', include: TRUST, ...ONE_BY_ONE } },
    ],
  },
});
