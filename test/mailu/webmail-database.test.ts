import { expect, test } from 'vitest';
import { keptInServers } from '../../playbooks/mailu/kept-in-servers.ts';
import { stackFile } from '../../playbooks/mailu/stack.ts';
import { Refusal } from '../../src/resource/index.ts';
import { stack } from '../../src/resources/stack/stack.ts';
import { withSecrets } from './around.ts';
import { mailuSettings } from './mail-hosts.ts';

/** What Docker says of a service that runs with these variables. */
const service = (env: readonly string[], replicas: number) =>
  `services ${JSON.stringify([
    {
      ID: 'w',
      UpdatedAt: '',
      Spec: {
        Name: 'mailu_webmail',
        Labels: {},
        TaskTemplate: { ContainerSpec: { Image: 'mailu/webmail', Env: env } },
        Mode: { Replicated: { Replicas: replicas } },
      },
    },
  ])}\n`;

/** Why a stack is not deployed over it, with the fixes; nothing where it is. */
function refused(section: object, env: readonly string[], replicas = 1): readonly string[] {
  const mailu = mailuSettings({ webmail: 'roundcube', ...section });
  const resource = stack({
    name: 'mailu',
    compose: stackFile(mailu, withSecrets),
    keeps: keptInServers(mailu),
  });
  try {
    resource.judge({ code: 0, stdout: service(env, replicas), stderr: '' }, { paths: new Set() });
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [error.message, ...error.lines((command) => `a$ ${command}`)];
  }
}

const POSTGRES = [
  'WEBMAIL=roundcube',
  'ROUNDCUBE_DB_FLAVOR=postgresql',
  'ROUNDCUBE_DB_HOST=db.example.org',
  'ROUNDCUBE_DB_NAME=cube',
];
const inServer = (more: object = {}) => ({
  webmailDatabase: { kind: 'postgresql', server: 'db.example.org', name: 'cube', password: 'x', ...more },
});

test('the database of roundcube is not exchanged for another in passing', () => {
  expect(refused({}, POSTGRES)).toEqual([
    "people's address books, identities and settings of roundcube are in postgresql (db.example.org, cube) now, and the inventory says sqlite. A run moves nothing, and they would be missing",
    'to keep them where they are: write that into mailu.webmailDatabase',
    'if you have brought them there yourself, or nobody needs them, stop the service, which ends its containers with all that they alone have, and run again: a$ docker service scale mailu_webmail=0',
  ]);
  expect(refused(inServer(), ['WEBMAIL=roundcube'])[0]).toContain('are in sqlite now');
  expect(refused(inServer({ name: 'other' }), POSTGRES)[0]).toContain(
    'says postgresql (db.example.org, other)',
  );
});

test('what is the same, another program, and a service that somebody has stopped are not refused', () => {
  expect(refused(inServer(), POSTGRES)).toEqual([]);
  expect(refused({}, ['WEBMAIL=roundcube'])).toEqual([]);
  // What roundcube takes where nothing is said.
  expect(refused({}, ['ROUNDCUBE_DB_FLAVOR=sqlite', 'ROUNDCUBE_DB_HOST=x', 'WEBMAIL=roundcube'])).toEqual([]);
  expect(refused(inServer({ server: 'database', name: 'roundcube' }), POSTGRES.slice(0, 2))).toEqual([]);
  expect(refused({ webmail: 'snappymail' }, POSTGRES)).toEqual([]);
  expect(refused(inServer(), ['WEBMAIL=snappymail'])).toEqual([]);
  expect(refused({}, POSTGRES, 0)).toEqual([]);
});
