import { z } from 'zod';
import { type Change, defineResource, Refusal, type Step, Unobservable } from '../../resource/index.ts';
import { type Script, Secret, sh } from '../../shell/index.ts';
import { adminAnswer, exportedList, findAdmin } from './ask.ts';
import { asciiAddress, asciiDomain, mailuAddress, mailuDomain } from './idn.ts';

const want = z.strictObject({
  /** The service of the swarm that is Mailu's admin. */
  service: z.string(),
  /** The main mail domain. */
  domain: z.string(),
  /** Local part of the address that mail about the server goes to. Mailu asks for it to be there. */
  postmaster: z.string(),
  /** The first administrator, made with this password where there is none of that name. Its password is never changed. */
  administrator: z
    .strictObject({
      /** What is before the @ of its address. */
      localPart: z.string(),
      /** The password that it is made with. */
      password: z.instanceof(Secret),
    })
    .optional(),
  /** Addresses whose mail is on the storage, some of them: without accounts, they say that there were accounts. */
  mailboxes: z.array(z.string()).default([]),
});
type Want = z.output<typeof want>;

const exported = z
  .object({
    domain: exportedList(z.object({ name: z.string(), dkim_publickey: z.string().nullish() })),
    user: exportedList(z.object({ email: z.string(), global_admin: z.boolean().nullish() })),
    alias: exportedList(z.object({ email: z.string() })),
  })
  .transform(({ domain, user, alias }) => ({
    domains: new Map(domain.map(({ name, dkim_publickey }) => [asciiDomain(name), Boolean(dkim_publickey)])),
    users: new Map(user.map(({ email, global_admin }) => [asciiAddress(email), global_admin === true])),
    aliases: new Set(alias.map(({ email }) => asciiAddress(email))),
  }));

const ATTRIBUTES = ['domain.name', 'domain.dkim_publickey', 'user.email', 'user.global_admin', 'alias.email'];

const administratorOf = ({ domain, administrator }: Want) =>
  asciiAddress(`${administrator?.localPart}@${domain}`);
const GENERATED: Change = { field: 'DKIM key', from: null, to: 'generated' };

const postmasterOf = ({ domain, postmaster }: Want) => asciiAddress(`${postmaster}@${domain}`);

/**
 * Which DKIM keys there are as files, and by which name Mailu looks for one (DKIM_PATH, `/dkim/{domain}.{selector}.key`). The shell says
 * their names: busybox's ls writes `?` for what is not ASCII.
 */
const KEYS = sh`
  echo "selector \${DKIM_SELECTOR:-dkim}"
  ls -1A /dkim >/dev/null || exit 1
  for key in /dkim/*.key; do [ ! -e "$key" ] || printf 'key %s\n' "\${key#/dkim/}"; done`;

/**
 * What Mailu needs before mail can come in: the domain with a DKIM key, an administrator, and somebody who reads the
 * postmaster's mail. Only what is missing is made. Through the host that runs admin. A key that is there as a file is never made
 * anew: Mailu finds it by its name once it knows the domain. An empty database beside keys or mail is refused.
 */
export const mailuAccounts = defineResource({
  kind: 'mailu-accounts',
  want,
  key: ({ domain }) => domain,

  observe: ({ service, domain }) => {
    const { script, parse } = adminAnswer(service, ATTRIBUTES, exported, KEYS);
    return {
      script,
      parse: (output) => {
        const answer = parse(output);
        if (answer instanceof Unobservable) return answer;
        const { exported: have, before } = answer;
        const all = (kind: string) =>
          before.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
        const keys = all('key');
        const end = `.${all('selector')[0] ?? 'dkim'}.key`;
        const file = `${mailuDomain(domain)}${end}`;
        const misspelt = keys.find(
          (name) =>
            name !== file &&
            name.endsWith(end) &&
            asciiDomain(name.slice(0, -end.length)) === asciiDomain(domain),
        );
        return {
          ...have,
          keys,
          keyFile: keys.includes(file) ? file : undefined,
          // Mailu does not find one that is called by the other spelling of the domain.
          misspelt: misspelt === undefined ? undefined : { name: misspelt, read: file },
        };
      },
    };
  },

  diff(wanted, { domains, users, aliases, keys, keyFile, misspelt }): readonly Change[] {
    const { administrator, mailboxes, service } = wanted;
    const domain = asciiDomain(wanted.domain);
    if (domains.size === 0 && users.size === 0 && keys.length + mailboxes.length > 0)
      throw new Refusal(
        `Mailu knows no account, and the storage has ${[...keys, ...mailboxes.map((name) => `mail of ${name}`)].join(', ')}: this is not the database that these belong to. Bring that one back, from a copy or by the setting of the database; until then Mailu knows nobody, and refuses all mail`,
        [
          {
            say: 'to begin with new accounts beside them, say so by making the domain',
            run: sh`docker exec $(docker ps -q -f ${`label=com.docker.swarm.service.name=${service}`}) flask mailu domain ${mailuDomain(domain)}`,
          },
        ],
      );
    if (keyFile !== undefined && domains.get(domain) === false)
      throw new Refusal(
        `there is a DKIM key ${keyFile}, and Mailu does not read it; another would be written over it`,
        [`look at the file, and at whom it belongs to: ls -l dkim/${keyFile} on the shared storage`],
      );
    if (misspelt !== undefined && keyFile === undefined && domains.get(domain) !== true)
      throw new Refusal(
        `there is a DKIM key ${misspelt.name}, and Mailu looks for it as ${misspelt.read}: another would be made, which your DNS does not know`,
        [
          {
            say: 'let Mailu find it; the file stays as it is under its old name',
            run: sh`docker exec $(docker ps -q -f ${`label=com.docker.swarm.service.name=${service}`}) cp -a -n -- ${`/dkim/${misspelt.name}`} ${`/dkim/${misspelt.read}`}`,
          },
        ],
      );
    const admin = administratorOf(wanted);
    const others = [...users.keys()].filter((email) => email !== admin && email.endsWith(`@${domain}`));
    if (keyFile === undefined && domains.get(domain) === false && others.length > 0)
      throw new Refusal(
        `Mailu has ${others.length} account${others.length === 1 ? '' : 's'} of ${domain} beside the administrator, and no DKIM key for it. If there was one, it is elsewhere: another does not fit what your DNS says, and others would doubt your mail. Put its file back into dkim on the shared storage, as it was called`,
        [
          {
            say: `where ${domain} never had a key, or it is lost for good, make one, and bring its record into your DNS (provision dns)`,
            run: makeKey(service, domain),
          },
        ],
      );
    const postmaster = postmasterOf(wanted);
    const known = users.has(postmaster) || aliases.has(postmaster);
    return [
      ...(domains.has(domain) ? [] : [{ field: 'domain', from: null, to: domain }]),
      ...(domains.get(domain) === true || keyFile !== undefined ? [] : [GENERATED]),
      ...(administrator === undefined || users.get(admin) === true
        ? []
        : [
            { field: 'administrator', from: users.has(admin) ? `${admin}, without rights` : null, to: admin },
          ]),
      ...(administrator === undefined || postmaster === admin || known
        ? []
        : [{ field: 'postmaster', from: null, to: `${postmaster} for ${admin}` }]),
    ];
  },

  asNew: () => [GENERATED],

  lasting: ({ domain }, changes) =>
    changes.some(({ field }) => field === 'DKIM key')
      ? [`a DKIM key for ${domain} is made, and its record belongs in your DNS (provision dns)`]
      : [],

  apply(wanted, { users }, changes): readonly Step[] {
    const { service, domain } = wanted;
    const fields = changes.map(({ field }) => field);
    const admin = administratorOf(wanted);
    const made = {
      ...(fields.includes('domain') || fields.includes('DKIM key')
        ? {
            domain: [
              {
                name: mailuDomain(domain),
                ...(fields.includes('DKIM key') ? { dkim_key: '-generate-' } : {}),
              },
            ],
          }
        : {}),
      ...(fields.includes('administrator')
        ? {
            user: [
              {
                email: mailuAddress(admin),
                global_admin: true,
                ...(users.has(admin) ? {} : { hash_password: true, password: PLACE }),
              },
            ],
          }
        : {}),
      ...(fields.includes('postmaster')
        ? { alias: [{ email: mailuAddress(postmasterOf(wanted)), destination: [mailuAddress(admin)] }] }
        : {}),
    };
    // Without --update Mailu would take everything else away. YAML is what it reads, and JSON is YAML.
    return [
      {
        title: `make in Mailu: ${fields.join(', ')}`,
        script: sh`
          ${findAdmin(service)}
          printf %s ${withPassword(inAscii(made), wanted.administrator?.password)} |
            docker exec --user "$(${whoRuns(sh`"$admin"`)})" -i "$admin" flask mailu config-import --update --quiet -`,
      },
    ];
  },
});

function makeKey(service: string, domain: string): Script {
  const made = inAscii({ domain: [{ name: mailuDomain(domain), dkim_key: '-generate-' }] });
  const admin = sh`$(docker ps -q -f ${`label=com.docker.swarm.service.name=${service}`})`;
  return sh`printf %s ${made} | docker exec --user "$(${whoRuns(admin)})" -i ${admin} flask mailu config-import --update --quiet -`;
}

/**
 * Whom admin runs as: a key that root has made could not be replaced in the administration pages. Before 2.0 that was root (core/base/Dockerfile,
 * adduser; core/admin/start.py, drop_privs_to).
 */
const whoRuns = (admin: Script) => sh`docker exec ${admin} sh -c 'id -u mailu 2>/dev/null || id -u'`;

/** JSON that no locale of a container can read wrongly. */
const inAscii = (value: unknown) =>
  JSON.stringify(value).replaceAll(
    /[\u0080-\ud7ff\ue000-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Stands for the password until the text is put together: only that part of it is a secret. */
const PLACE = '\u0001password\u0001';

function withPassword(json: string, password: Secret | undefined): readonly (string | Secret)[] {
  const [before = '', after] = json.split(JSON.stringify(PLACE).slice(1, -1));
  if (after === undefined || password === undefined) return [before];
  return [before, new Secret(JSON.stringify(password.reveal()).slice(1, -1)), after];
}
