import { beforeAll, expect, test } from 'vitest';
import { figure, findings, json, provision } from './harness.ts';
import { bareMailNodes, mailInventory } from './mail.ts';
import { failures, goesThrough, on } from './steps.ts';

/** A whole site, one part of which is broken. */
let file = '';

beforeAll(async () => {
  await bareMailNodes();
  file = mailInventory();
  await goesThrough(file);
}, 900_000);

/** What is told, in the order in which it is: refusals, warnings, failures. */
async function told() {
  const ran = await json('plan', file);
  process.stdout.write(`${(await provision('plan', file)).stderr}\n`);
  return {
    code: ran.code,
    refused: findings(ran).filter(({ level }) => level === 'refuse'),
    failed: failures(ran),
  };
}

const causes: Readonly<
  Record<string, { make: () => Promise<unknown>; undo: () => Promise<unknown>; words: RegExp; most: number }>
> = {
  'a mount that is not connected': {
    make: async () => {
      for (const node of ['node-2', 'node-3'])
        await on(node, 'systemctl stop glusterd; pkill -x glusterfsd; true');
    },
    undo: async () => {
      for (const node of ['node-2', 'node-3']) await on(node, 'systemctl start glusterd');
    },
    words: /./,
    most: 3,
  },
  'a peer that is rejected': {
    make: () =>
      on(
        'node-3',
        'systemctl stop glusterd; sed -i "s/info=.*/info=1/" /var/lib/glusterd/vols/mailu/cksum; echo "x=y" >>/var/lib/glusterd/vols/mailu/info; systemctl start glusterd; sleep 5',
      ),
    undo: () =>
      on(
        'node-3',
        'systemctl stop glusterd; sed -i "/^x=y$/d" /var/lib/glusterd/vols/mailu/info; systemctl start glusterd; sleep 5',
      ),
    words: /./,
    most: 3,
  },
  'Docker that is stopped': {
    make: () => on('node-2', 'systemctl stop docker.socket docker'),
    undo: () => on('node-2', 'systemctl start docker'),
    words: /./,
    most: 3,
  },
  'a system that is not supported': {
    make: () =>
      on(
        'node-2',
        'cp /etc/os-release /root/os; printf \'ID=fedora\\nVERSION_ID=41\\nPRETTY_NAME="Fedora 41"\\n\' >/etc/os-release.new; rm /etc/os-release; mv /etc/os-release.new /etc/os-release',
      ),
    undo: () => on('node-2', 'rm /etc/os-release; cp /root/os /etc/os-release'),
    words: /./,
    most: 3,
  },
};

test.each(Object.entries(causes))(
  '%s is told once, first, and what follows from it is not',
  async (name, cause) => {
    await cause.make();
    try {
      const { refused, failed, code } = await told();
      const all = [...refused, ...failed].map(({ message }) => message);
      figure(`${name}: exit code, refused, failed`, [code, refused.length, failed.length]);
      expect(all[0]).toMatch(cause.words);
      expect(all.length).toBeLessThanOrEqual(cause.most);
    } finally {
      await cause.undo();
    }
  },
);
