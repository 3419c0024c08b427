import { PROBE, RESOURCES, SCRIPT, STEPS, TEXTS } from '../resource/index.ts';
import {
  either,
  func,
  listOf,
  nameOf,
  object,
  objectWithMore,
  oneOf,
  optional,
  type Shape,
  seconds,
  such,
  text,
  truth,
  where,
  words,
} from '../schema/index.ts';
import { isEnquiry } from './enquiry.ts';
import type { Cluster } from './host.ts';
import { isDenied } from './verb.ts';

type AnyCluster = Pick<Cluster<unknown, unknown, unknown>, 'hosts'>;

/** What a function of a playbook may give, where it is asked about a cluster. */
type ShapeFor = (cluster: AnyCluster) => Shape;

const hostOf: ShapeFor = ({ hosts }) =>
  nameOf(
    'the name of a host of the inventory',
    hosts.map(({ name }) => name),
  );

const always =
  (shape: Shape): ShapeFor =>
  () =>
    shape;

const place: Shape = such(
  'a key or a number',
  (value) => typeof value === 'string' || Number.isInteger(value),
);

const mistakes = listOf(
  'mistakes (`{ path, message }`)',
  object('a mistake (`{ path, message }`)', { path: listOf('keys and numbers', place), message: words }),
);

const findings: ShapeFor = (cluster) =>
  listOf(
    'findings (`{ level, code, message, fix }`)',
    object('a finding (`{ level, code, message, fix }`)', {
      level: oneOf('refuse', 'warn'),
      code: words,
      host: optional(hostOf(cluster)),
      message: words,
      fix: TEXTS,
    }),
  );

const table: Shape = where(
  object('a table (`{ title, columns, rows }`)', {
    title: text,
    columns: TEXTS,
    rows: listOf('rows', TEXTS),
    down: optional(TEXTS),
  }),
  ({
    columns,
    rows,
  }: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }) =>
    rows.flatMap((row, index) =>
      row.length === columns.length
        ? []
        : [
            {
              path: ['rows', index],
              message: `expected ${columns.length} cells, one for each column, got ${row.length}`,
            },
          ],
    ),
);

const enquiry: ShapeFor = (cluster) =>
  object('a question (`enquire(…)`)', {
    hosts: listOf('names of hosts', hostOf(cluster)),
    script: SCRIPT,
    read: func,
  });

/** What it was told to do, or why it does not. */
const orDenied =
  (shapeFor: ShapeFor): ShapeFor =>
  (cluster) =>
    either(shapeFor(cluster).expected, (value) =>
      typeof value === 'object' && value !== null && isDenied(value) ? denied : shapeFor(cluster),
    );

const denied = object('`{ denied, fix }`', { denied: words, fix: optional(TEXTS) });

const outsideCheck: ShapeFor = (cluster) =>
  object('a look from this machine (`{ hosts, look }`)', {
    hosts: listOf('names of hosts', hostOf(cluster)),
    // It is waited for: it may be async.
    look: such('a function', (value) => typeof value === 'function'),
  });

/** What was seen of a host: what a playbook adds for programs is its own. */
const seen: ShapeFor = (cluster) =>
  objectWithMore('what was seen of a host (`{ host, table, good, notes, problems, harmful }`)', {
    host: hostOf(cluster),
    table,
    good: TEXTS,
    notes: TEXTS,
    problems: TEXTS,
    harmful: truth,
  });

/** One, or several in a list, of which some may not be there. */
const gates: ShapeFor = (cluster) => {
  const gate = optional(
    object('a gate (`{ title, on, probe, patience }`)', {
      title: words,
      on: hostOf(cluster),
      probe: PROBE,
      patience: seconds,
      fix: optional(TEXTS),
    }),
  );
  const several = listOf('gates', gate);
  return either(gate.expected, (value) => (Array.isArray(value) ? several : gate));
};

/** By what the function is called in a playbook. */
export const ANSWERS = {
  validate: always(mistakes),
  inspect: findings,
  status: (cluster) =>
    listOf(
      'tables (`{ title, columns, rows }`) and questions (`enquire(…)`)',
      either(table.expected, (value) => (isEnquiry(value) ? enquiry(cluster) : table)),
    ),
  dns: orDenied(enquiry),
  services: always(listOf('names of services', words)),
  logs: orDenied((cluster) =>
    object('a command (`{ host, script }`)', { host: hostOf(cluster), script: SCRIPT }),
  ),
  removeStack: orDenied((cluster) =>
    object('what goes and what stays (`{ host, goes, stays, steps }`)', {
      host: hostOf(cluster),
      goes: TEXTS,
      stays: TEXTS,
      steps: STEPS,
    }),
  ),
  check: orDenied(outsideCheck),
  look: (cluster) => listOf('what was seen, of each host', seen(cluster)),
  on: always(truth),
  resources: always(RESOURCES),
  apart: always(truth),
  before: gates,
  after: gates,
} satisfies Readonly<Record<string, ShapeFor>>;

/** What `read` of a question gives. */
export const READ: Readonly<Record<'status' | 'dns', Shape>> = { status: table, dns: text };
