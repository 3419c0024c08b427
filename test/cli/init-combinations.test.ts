import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import site from '../../playbooks/site.ts';
import { type Answers, possibleStorages } from '../../src/cli/answers.ts';
import { CERTIFICATES, DATABASES } from '../../src/cli/kinds.ts';
import { inventoryText, passwordsOf } from '../../src/cli/new-inventory.ts';
import { readText } from '../../src/cli/project.ts';
import { inventoryJsonSchema } from '../../src/inventory/index.ts';

const hosts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `mail-${index + 1}`,
    address: `192.0.2.${index + 1}`,
  }));

const MAILS: readonly Answers['mail'][] = [
  undefined,
  ...CERTIFICATES.flatMap((tls) =>
    DATABASES.map((database) => ({
      domain: 'example.org',
      hostname: 'mail.example.org',
      tls,
      database,
      databaseServer: database === 'sqlite' ? '' : 'db.example.org',
    })),
  ),
];

const ALL = [1, 2, 3, 4, 5, 6, 7].flatMap((count) =>
  MAILS.flatMap((mail) =>
    possibleStorages(count, mail !== undefined).map(
      (storage): Answers => ({
        cluster: 'mail',
        user: 'deploy',
        hosts: hosts(count),
        storage,
        nfs: storage === 'nfs' ? '192.0.2.99:/srv/mailu' : '',
        mail,
      }),
    ),
  ),
);

const ajv = new Ajv2020({ allErrors: true });
formats.default(ajv);
const isInSchema = ajv.compile(inventoryJsonSchema(site));

test('whatever is answered, what is written validates, for us and for an editor', () => {
  for (const answers of ALL) {
    const text = inventoryText(answers, 'my.yaml');
    const { inventory } = readText(text, 'my.yaml', { run: site, sections: site });
    expect([...inventory.secrets.keys()]).toEqual(Object.keys(passwordsOf(answers)));
    expect(isInSchema(parse(text)) || isInSchema.errors).toBe(true);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
  process.stdout.write(
    `figure  combinations of answers to init that validate: ${ALL.length} of ${ALL.length}\n`,
  );
});

test('mail of two hosts or more is never on the disk of one', () => {
  for (const { hosts: all, mail, storage } of ALL)
    if (all.length > 1 && mail !== undefined) expect(storage).not.toBe('none');
});

test('each choice stands there with its reason', () => {
  const choices = new Map<string, Answers>();
  for (const answers of ALL) {
    const { storage, mail, hosts: all } = answers;
    choices.set(`${Math.min(all.length, 3)} ${storage} ${mail?.tls} ${mail?.database}`, answers);
  }
  const some = [
    '3 glusterfs cert sqlite',
    '3 nfs letsencrypt postgresql',
    '1 none notls sqlite',
    '2 none undefined undefined',
  ];
  for (const name of some)
    expect(inventoryText(choices.get(name) as Answers, 'my.yaml')).toMatchSnapshot(name);
});
