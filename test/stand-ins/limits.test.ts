import { expect, test } from 'vitest';
import { python } from './python.ts';

type Env = Readonly<Record<string, string>>;
/** A login: address, port, user, password. */
type Login = readonly [ip: string, port: string, user: string, password: string];

const GOOD = ['anna@example.org', 'right'] as const;
const SUBMISSION = '465';

/** What admin answers to logins, one after the other: status, and the code where there is one. */
async function answers(logins: readonly Login[], env: Env = {}): Promise<readonly string[]> {
  const code = `
import json, tempfile
import accounts, internal, web
from memory import Memory
memory = Memory()
internal.Redis = lambda *_: memory
internal.resolve_hostname = lambda name: "10.1.0.3"
accounts.Accounts.__init__.__defaults__ = (tempfile.mkdtemp() + "/main.db",)
with accounts.Accounts() as kept:
    kept.put_domain("example.org")
    kept.put("user", "anna@example.org", {"password": accounts.hashed("right")})
def ask(ip, port, user, password):
    method = "none" if user == "" else "plain"
    protocol = {"993": "imap", "10143": "imap", "465": "submission", "10025": "submission", "25": "smtp"}[port]
    headers = {"Client-Ip": ip, "Auth-Port": port, "Auth-Protocol": protocol, "Auth-Method": method}
    try:
        internal.authenticate("", headers | {"Auth-User": user, "Auth-Pass": password})
    except web.Answer as answer:
        return " ".join(str(answer.headers.get(each, "")) for each in ("Auth-Status", "Auth-Error-Code")).strip()
print(json.dumps([ask(*login) for login in json.loads(${JSON.stringify(JSON.stringify(logins))})]))
`;
  return (await python('admin', code, env)) as readonly string[];
}

const WRONG = 'Authentication credentials invalid 535 5.7.8';
const LATE = 'Temporary authentication failure (rate-limit) 451 4.3.2';
const times = (count: number, login: Login) => Array.from({ length: count }, () => login);
const strangers = (count: number, ip = '203.0.113.5') =>
  Array.from({ length: count }, (_, number): Login => [ip, SUBMISSION, `x${number}@example.org`, 'guess']);

test('five failures of a network in an hour, and its right passwords are refused as well', async () => {
  const right: Login = ['203.0.113.200', SUBMISSION, ...GOOD];
  expect(await answers([...strangers(5), right, ['203.0.114.1', SUBMISSION, ...GOOD]])).toEqual([
    ...times(5, ['', '', '', '']).map(() => WRONG),
    LATE,
    'OK',
  ]);
});

test('imap says it in its own words', async () => {
  expect((await answers([...strangers(5), ['203.0.113.5', '993', ...GOOD]])).at(-1)).toBe(
    'Temporary authentication failure (rate-limit) LIMIT',
  );
});

test('AUTH on port 25 counts each time; mail that comes in there does not, and is never refused', async () => {
  const auth: Login = ['203.0.113.5', '25', 'a@example.net', 'b'];
  const mail: Login = ['203.0.113.5', '25', '', ''];
  expect(
    await answers([...times(5, mail), ...times(5, auth), mail, ['203.0.113.5', SUBMISSION, ...GOOD]]),
  ).toEqual([
    ...times(5, mail).map(() => 'OK'),
    ...times(5, auth).map(() => 'AUTH not supported 502 5.5.1'),
    'OK',
    LATE,
  ]);
});

test('one account counts once for its network, whatever passwords are tried', async () => {
  const tried = Array.from(
    { length: 9 },
    (_, number): Login => ['203.0.113.5', SUBMISSION, GOOD[0], `${number}`],
  );
  expect(
    (await answers([...tried, ...strangers(4), ['203.0.113.5', SUBMISSION, ...GOOD]])).slice(-2),
  ).toEqual([WRONG, LATE]);
});

test('an address from which somebody has logged in may fail as often as it likes; its neighbours may not', async () => {
  const found = await answers([
    ['203.0.113.5', SUBMISSION, ...GOOD],
    ...strangers(7),
    ['203.0.113.5', SUBMISSION, ...GOOD],
    ...strangers(5, '203.0.113.6'),
    ['203.0.113.6', SUBMISSION, ...GOOD],
  ]);
  expect([found[8], found.at(-1)]).toEqual(['OK', LATE]);
});

test('an account is refused after so many wrong passwords, even the same one, from anywhere', async () => {
  const env = { AUTH_RATELIMIT_USER: '3/day' };
  const wrong = [1, 2, 3].map((number): Login => [`198.51.${number}.1`, SUBMISSION, GOOD[0], 'same']);
  expect(await answers([...wrong, ['192.0.2.1', SUBMISSION, ...GOOD]], env)).toEqual([
    WRONG,
    WRONG,
    WRONG,
    LATE,
  ]);
});

test('exempted networks and the webmail are not counted', async () => {
  const login: Login = ['203.0.113.5', SUBMISSION, ...GOOD];
  expect(
    (await answers([...strangers(9), login], { AUTH_RATELIMIT_EXEMPTION: '203.0.113.0/24, ::/0' })).at(-1),
  ).toBe('OK');
  const webmail = strangers(9).map(([ip, , user, password]): Login => [ip, '10025', user, password]);
  expect((await answers([...webmail, login])).at(-1)).toBe('OK');
});

test('the limit and the mask are what the variables say', async () => {
  const env = { AUTH_RATELIMIT_IP: '2/minute', AUTH_RATELIMIT_IP_V4_MASK: '32' };
  const login = (ip: string): Login => [ip, SUBMISSION, ...GOOD];
  expect(
    (await answers([...strangers(2), login('203.0.113.5'), login('203.0.113.6')], env)).slice(-2),
  ).toEqual([LATE, 'OK']);
});

test('INBOUND_TLS_ENFORCE refuses mail that comes in without TLS', async () => {
  const mail: Login = ['203.0.113.5', '25', '', ''];
  expect(await answers([mail], { INBOUND_TLS_ENFORCE: 'true' })).toEqual([
    'Must issue a STARTTLS command first 530 5.7.0',
  ]);
});
