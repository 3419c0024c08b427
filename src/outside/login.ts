import type { Secret } from '../shell/index.ts';
import type { Dial } from './attempt.ts';
import { Dialogue } from './dialogue.ts';
import { ImapRefusal, imapCommands, quoted } from './imap.ts';
import { command, isGood, reply, saying } from './smtp.ts';
import type { MailCheck } from './want.ts';

/** What a front answered to a login. */
export interface LoginAnswer {
  /** Of the mailbox's own password. `failed`: no answer came; `untried`: there is none, or nobody who would be asked. */
  readonly result: 'accepted' | 'refused' | 'failed' | 'untried';
  /** What it said, or why there is no answer. */
  readonly said: string;
  /** Of a wrong password; absent where it was not tried. */
  readonly wrong:
    | {
        /** `accepted` lets anybody in. */
        readonly result: 'refused' | 'accepted' | 'unknown';
        /** What it said, or why there is no answer. */
        readonly said: string;
      }
    | undefined;
}

const PATIENCE = 30_000;
const WRONG = 'not-the-password';

export const untried = (said: string): LoginAnswer => ({ result: 'untried', said, wrong: undefined });

/**
 * Logs in with the mailbox's own password, and only where that has succeeded right before, at the same front, tries a wrong one.
 *
 * Mailu's admin counts failed logins against the /24 (IPv6: /48) that they come from, five an hour, and then lets nobody in from
 * there (core/admin/mailu/limiter.py, `rate_limit_ip`). It counts nothing from an address that has logged in within the last day:
 * `exempt_ip_from_ratelimits` keeps `exempt-ADDRESS` for AUTH_RATELIMIT_EXEMPTION_LENGTH, 86,400 s, and both `rate_limit_ip` and
 * `rate_limit_user` look there first (`is_subject_to_rate_limits`). A login on 993 or 465 exempts, mail that is taken
 * on 25 does not (core/admin/mailu/internal/views/auth.py, `not is_port_25`). So a right password, then a wrong one, count nothing;
 * the same since 1.9, whose 1.x predecessors know no exemption.
 *
 * What is left: the mailbox's own password may be refused, where somebody has changed it. So it is tried once a check, at one front.
 * 2.0 and later count the same wrong password of a user once a day (`dedup2-`), and 1.9 against the user alone: of ten checks within
 * an hour at most one is counted, of five that are free.
 */
export async function askLogins(
  { mailbox, hostname, services, exempts }: MailCheck,
  client: string,
  dial: Dial,
): Promise<LoginAnswer> {
  const serves = (wanted: number) =>
    services.some(({ port, encryption }) => port === wanted && encryption === 'start');
  const { address: user, password } = mailbox;
  if (password === undefined) return untried(`no password of ${user} is known`);
  if (!serves(993)) return untried('no password is sent without encryption, and port 993 is not served');
  try {
    await using session = await openMailbox(dial, hostname, user, password);
    await session.run('NOOP');
  } catch (error) {
    const said = (error as Error).message;
    return error instanceof ImapRefusal
      ? { result: 'refused', said: withReason(said), wrong: undefined }
      : { result: 'failed', said: `port 993: ${said}`, wrong: undefined };
  }
  const wrong = exempts && serves(465) ? await tryWrongPassword(dial, hostname, user, client) : undefined;
  return { result: 'accepted', said: `${user} can log in`, wrong };
}

function withReason(said: string): string {
  if (!/AUTHENTICATIONFAILED|LIMIT/i.test(said)) return said;
  return `${said}; either the account has another password by now than the inventory, or too many logins from this network have failed within the hour`;
}

interface Session extends AsyncDisposable {
  readonly run: (line: string) => Promise<readonly string[]>;
}

/** A mailbox over IMAPS. @throws ImapRefusal where the password is not taken. */
export async function openMailbox(
  dial: Dial,
  servername: string,
  user: string,
  password: Secret,
): Promise<Session> {
  const dialogue = new Dialogue(await dial(993), PATIENCE);
  try {
    await dialogue.encrypt({ servername });
    await dialogue.line();
    const run = imapCommands(dialogue, user);
    await run(`LOGIN ${quoted(user)} ${quoted(password.reveal())}`);
    return {
      run,
      [Symbol.asyncDispose]: async () => {
        await run('LOGOUT').catch(() => undefined);
        dialogue[Symbol.dispose]();
      },
    };
  } catch (error) {
    dialogue[Symbol.dispose]();
    throw error;
  }
}

/** On 465, where whoever is let in may send to everybody. */
async function tryWrongPassword(
  dial: Dial,
  servername: string,
  user: string,
  client: string,
): Promise<NonNullable<LoginAnswer['wrong']>> {
  try {
    using dialogue = new Dialogue(await dial(465), PATIENCE);
    await dialogue.encrypt({ servername });
    await reply(dialogue);
    await command(dialogue, `EHLO ${client}`);
    const token = Buffer.from(`\0${user}\0${WRONG}`).toString('base64');
    const said = await command(dialogue, `AUTH PLAIN ${token}`);
    return { result: isGood(said) ? 'accepted' : 'refused', said: saying(said) };
  } catch (error) {
    return { result: 'unknown', said: (error as Error).message };
  }
}
