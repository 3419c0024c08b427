import { PROBE, RESOURCES, SCRIPT, STEPS, TEXTS } from '../resource/index.ts';
import {
  either,
  func,
  listOf,
  nameOf,
  object,
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
import { Secret } from '../shell/index.ts';
import type { Cluster } from './host.ts';

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
              message: `${row.length} cells, and there are ${columns.length} columns`,
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

const isEnquiry = (value: unknown) => typeof value === 'object' && value !== null && 'read' in value;

/** What it was told to do, or why it does not. */
const orDenied =
  (shapeFor: ShapeFor): ShapeFor =>
  (cluster) =>
    either(shapeFor(cluster).expected, (value) =>
      typeof value === 'object' && value !== null && 'denied' in value ? denied : shapeFor(cluster),
    );

const denied = object('`{ denied, fix }`', { denied: words, fix: optional(TEXTS) });

const service = object('a service (`{ port, protocol, encryption }`)', {
  port: such('a port', (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536),
  protocol: oneOf('smtp', 'imap', 'pop3', 'sieve', 'http'),
  encryption: oneOf('start', 'upgrade', 'never'),
  closed: optional(text),
});

const outsideCheck: ShapeFor = (cluster) =>
  object('what is to be seen of a mail server', {
    fronts: listOf(
      'machines (`{ host, address }`)',
      object('a machine (`{ host, address }`)', { host: hostOf(cluster), address: words }),
    ),
    hostname: words,
    domain: words,
    services: listOf('services', service),
    remarks: TEXTS,
    tlsOnly: truth,
    mailbox: object('a mailbox (`{ address, password }`)', {
      address: words,
      password: optional(such('a Secret', (value) => value instanceof Secret)),
    }),
    exempts: truth,
    patience: seconds,
  });

const gate: ShapeFor = (cluster) =>
  optional(
    object('a gate (`{ title, on, probe, patience }`)', {
      title: words,
      on: hostOf(cluster),
      probe: PROBE,
      patience: seconds,
      fix: optional(TEXTS),
    }),
  );

/** By what the function is called in a playbook. */
export const ANSWERS = {
  validate: always(mistakes),
  inspect: findings,
  status: (cluster) =>
    listOf(
      'tables (`{ title, columns, rows }`) and questions (`enquire(…)`)',
      either(table.expected, (value) => (isEnquiry(value) ? enquiry(cluster) : table)),
    ),
  dns: (cluster) => optional(enquiry(cluster)),
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
  check: (cluster) => optional(outsideCheck(cluster)),
  resources: always(RESOURCES),
  apart: always(truth),
  before: gate,
  after: gate,
} satisfies Readonly<Record<string, ShapeFor>>;

/** What `read` of a question gives. */
export const READ: Readonly<Record<'status' | 'dns', Shape>> = { status: table, dns: text };
