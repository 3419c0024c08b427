import { z } from 'zod';
import { type Change, defineResource, Refusal, type Step, Unobservable } from '../../resource/index.ts';
import { type Script, Secret, sh } from '../../shell/index.ts';
import { adminAnswer, exportedList, findAdmin } from './ask.ts';

const want = z.strictObject({
  /** The service of the swarm that is Mailu's admin. */
  service: z.string(),
  /** The main mail domain. */
  domain: z.string(),
  /** Local part of the address that mail about the server goes to. Mailu asks for it to be there. */
  postmaster: z.string(),
  /** The first administrator, made with this password where there is none of that name. Its password is never changed. */
  administrator: z.strictObject({ localPart: z.string(), password: z.instanceof(Secret) }).optional(),
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
    domains: new Map(domain.map(({ name, dkim_publickey }) => [name, Boolean(dkim_publickey)])),
    users: new Map(user.map(({ email, global_admin }) => [email, global_admin === true])),
    aliases: new Set(alias.map(({ email }) => email)),
  }));

const ATTRIBUTES = ['domain.name', 'domain.dkim_publickey', 'user.email', 'user.global_admin', 'alias.email'];

const administratorOf = ({ domain, administrator }: Want) => `${administrator?.localPart}@${domain}`;
const postmasterOf = ({ domain, postmaster }: Want) => `${postmaster}@${domain}`;

/** Which DKIM keys there are as files, and by which name Mailu looks for one (DKIM_PATH, `/dkim/{domain}.{selector}.key`). */
const KEYS = sh`
  echo "selector \${DKIM_SELECTOR:-dkim}"
  keys=$(ls -1A /dkim) || exit 1
  [ -z "$keys" ] || printf '%s\n' "$keys" | sed 's/^/key /'`;

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
        const keys = all('key').filter((name) => name.endsWith('.key'));
        const file = `${domain}.${all('selector')[0] ?? 'dkim'}.key`;
        return { ...have, keys, keyFile: keys.includes(file) ? file : undefined };
      },
    };
  },

  diff(wanted, { domains, users, aliases, keys, keyFile }): readonly Change[] {
    const { domain, administrator, mailboxes, service } = wanted;
    if (domains.size === 0 && users.size === 0 && keys.length + mailboxes.length > 0)
      throw new Refusal(
        `Mailu knows no account, and the storage has ${[...keys, ...mailboxes.map((name) => `mail of ${name}`)].join(', ')}: this is not the database that these belong to. Bring that one back, from a copy or by the setting of the database; until then Mailu knows nobody, and refuses all mail`,
        [
          {
            say: 'to begin with new accounts beside them, say so by making the domain',
            run: sh`docker exec $(docker ps -q -f ${`label=com.docker.swarm.service.name=${service}`}) flask mailu domain ${domain}`,
          },
        ],
      );
    if (keyFile !== undefined && domains.get(domain) === false)
      throw new Refusal(
        `there is a DKIM key ${keyFile}, and Mailu does not read it; another would be written over it`,
        [`look at the file, and at whom it belongs to: ls -l dkim/${keyFile} on the shared storage`],
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
      ...(domains.get(domain) === true || keyFile !== undefined
        ? []
        : [{ field: 'DKIM key', from: null, to: 'generated' }]),
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

  apply(wanted, { users }, changes): readonly Step[] {
    const { service, domain } = wanted;
    const fields = changes.map(({ field }) => field);
    const admin = administratorOf(wanted);
    const made = {
      ...(fields.includes('domain') || fields.includes('DKIM key')
        ? {
            domain: [{ name: domain, ...(fields.includes('DKIM key') ? { dkim_key: '-generate-' } : {}) }],
          }
        : {}),
      ...(fields.includes('administrator')
        ? {
            user: [
              {
                email: admin,
                global_admin: true,
                ...(users.has(admin) ? {} : { hash_password: true, password: PLACE }),
              },
            ],
          }
        : {}),
      ...(fields.includes('postmaster')
        ? { alias: [{ email: postmasterOf(wanted), destination: [admin] }] }
        : {}),
    };
    // Without --update Mailu would take everything else away. YAML is what it reads, and JSON is YAML.
    return [
      {
        title: `make in Mailu: ${fields.join(', ')}`,
        script: sh`
          ${findAdmin(service)}
          printf %s ${withPassword(JSON.stringify(made), wanted.administrator?.password)} |
            docker exec --user "$(${whoRuns(sh`"$admin"`)})" -i "$admin" flask mailu config-import --update --quiet -`,
      },
    ];
  },
});

function makeKey(service: string, domain: string): Script {
  const made = JSON.stringify({ domain: [{ name: domain, dkim_key: '-generate-' }] });
  const admin = sh`$(docker ps -q -f ${`label=com.docker.swarm.service.name=${service}`})`;
  return sh`printf %s ${made} | docker exec --user "$(${whoRuns(admin)})" -i ${admin} flask mailu config-import --update --quiet -`;
}

/**
 * Whom admin runs as: a key that root has made could not be replaced in the administration pages. Before 2.0 that was root (core/base/Dockerfile,
 * adduser; core/admin/start.py, drop_privs_to).
 */
const whoRuns = (admin: Script) => sh`docker exec ${admin} sh -c 'id -u mailu 2>/dev/null || id -u'`;

/** Stands for the password until the text is put together: only that part of it is a secret. */
const PLACE = '\u0001password\u0001';

function withPassword(json: string, password: Secret | undefined): readonly (string | Secret)[] {
  const [before = '', after] = json.split(JSON.stringify(PLACE).slice(1, -1));
  if (after === undefined || password === undefined) return [before];
  return [before, new Secret(JSON.stringify(password.reveal()).slice(1, -1)), after];
}
