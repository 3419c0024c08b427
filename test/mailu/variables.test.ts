import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { READERS } from '../../playbooks/mailu/readers.ts';
import { stackServices } from '../../playbooks/mailu/services.ts';
import { clusterSettings, type Mailu } from '../../playbooks/settings/mailu.ts';
import { SWITCHED_ON, withSecrets } from './around.ts';

/** Each variable that a service of Mailu 2024.06.57 reads, and where: `VARIABLE service file:line`. */
const ROWS = readFileSync(new URL('./variables-2024.06.57.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((row) => row.split(' ') as [variable: string, service: string, source: string]);

/** Why a variable that is read is not given, or not by the name that is read. */
const NOT_GIVEN: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /^(PORT|TLS|PROXY_PROTOCOL)_\d+$/,
    'made from PORTS, TLS, TLS_FLAVOR and PROXY_PROTOCOL (socrate/system.py)',
  ],
  [
    /^(RESOLVER|MAX_FILESIZE|PLUGINS|INCLUDES|DB_DSNW|TLS_ERROR|HOSTNAME)$/,
    'made by start.py or configuration.py',
  ],
  [/^(ROUNDCUBE|SNUFFLEUPAGUS)_KEY$/, 'made from the secret key (socrate/system.py)'],
  [/_ADDRESS$/, "the image's own, the name of the service (core/base/Dockerfile)"],
  [/^SECRET_KEY$/, 'SECRET_KEY_FILE is given where a key is needed'],
  [/^MAILU_VERSION$/, 'the file /version of the image'],
  [
    /^(RATELIMIT_STORAGE_URL|SESSION_STORAGE_URL|SQLALCHEMY_DATABASE_URI(_ROUNDCUBE)?)$/,
    'made from other settings',
  ],
  [
    /^SESSION_(COOKIE_HTTPONLY|COOKIE_NAME|COOKIE_SAMESITE|PERMANENT)$/,
    'set by configuration.py, whatever it is',
  ],
  [
    /^(DKIM_PATH|SQLITE_DATABASE_FILE|INSTANCE_ID_PATH|STATS_ENDPOINT|DOCKER_SOCKET)$/,
    'places in the image that mounts rely on',
  ],
  [
    /^(DEBUG_\w+|TEMPLATES_AUTO_RELOAD|BOOTSTRAP_SERVE_LOCAL|MEMORY_SESSIONS|SQLALCHEMY_TRACK_MODIFICATIONS)$/,
    'for those who develop Mailu',
  ],
  [/^(INITIAL_ADMIN_\w+)$/, 'the administrator is made by the run, not at a start'],
];
/** Rows of services that get nothing, and why. */
const NO_SERVICE: Readonly<Record<string, string>> = {
  oletools: 'its image has all that it reads; it has no key to derive others from',
};

const everything = clusterSettings.parse(
  parse(`
domain: example.org
hostnames: [mail.example.org]${SWITCHED_ON}database: { kind: postgresql, server: db.example.org, password: d }
relay: { host: smtp.example.net, user: user, password: r }
`),
) as Mailu;
const given = new Map(
  stackServices(everything, withSecrets).map(({ name, environment, entrypoint, secrets }) => [
    name as string,
    // A variable that is read from a file, a password that start exports, a certificate where the image looks for it.
    [
      ...Object.keys(environment),
      ...(entrypoint ?? []).map((word) => word.split('=')[0]),
      ...secrets.map(({ target }) => target),
    ],
  ]),
);

const isGiven = (variable: string, service: string): boolean =>
  [variable, `${variable}_FILE`].some((name) => given.get(service)?.includes(name) === true) ||
  (variable === 'TLS_CERT_FILENAME' && given.get(service)?.includes('/certs/cert.pem') === true) ||
  (variable === 'TLS_KEYPAIR_FILENAME' && given.get(service)?.includes('/certs/key.pem') === true);

test('every variable that a service reads is given, can be given, or is left to its default on purpose', () => {
  const why = (variable: string) => NOT_GIVEN.find(([names]) => names.test(variable))?.[1];
  const open = ROWS.filter(
    ([variable, service]) =>
      NO_SERVICE[service] === undefined &&
      !isGiven(variable, service) &&
      READERS[variable]?.includes(service as never) !== true &&
      why(variable) === undefined,
  );
  const rows = (decide: (variable: string, service: string) => boolean) =>
    ROWS.filter(([variable, service]) => decide(variable, service)).length;
  process.stdout.write(
    `figure  variables of Mailu: ${ROWS.length} rows; given ${rows(isGiven)}, a person's ${rows((variable, service) => READERS[variable]?.includes(service as never) === true)}, neither, with a reason ${rows((variable, service) => !isGiven(variable, service) && READERS[variable]?.includes(service as never) !== true)}, open ${open.length}\n`,
  );
  expect(open).toEqual([]);
});

test('nobody is given a variable that it does not read: a change of it would restart it for nothing', () => {
  const read = new Set(ROWS.map(([variable, service]) => `${variable} ${service}`));
  const known = new Set(ROWS.map(([variable]) => variable));
  const needless = Object.entries(READERS)
    // Variables of older families are not in this one's sources.
    .filter(([variable]) => known.has(variable) && variable !== 'TZ')
    .flatMap(([variable, services]) => services.map((service) => `${variable} ${service}`))
    .filter((row) => !read.has(row));
  expect(needless).toEqual([]);
});
