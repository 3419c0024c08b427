import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { $, must } from './shell.ts';
import { paths } from './state.ts';

/** Days that certificates of the lab hold. They are made anew when one of them is missing. */
const DAYS = 365;

const SCRIPT = `
set -eu
umask 077
cd "$1"
openssl req -x509 -newkey rsa:2048 -noenc -days ${DAYS} -subj '/CN=lab authority' -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -noenc -subj '/CN=mail.example.org' -keyout key.pem -out request.pem 2>/dev/null
printf 'subjectAltName=DNS:mail.example.org\\n' >names
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days ${DAYS} -extfile names -out cert.pem 2>/dev/null
rm request.pem names
`;

/** A certificate of mail.example.org by an authority of the lab, and the password of the first administrator. */
export async function createMailCredentials(): Promise<void> {
  const folder = dirname(paths.certificate);
  if ([paths.certificate, paths.certificateKey, paths.authority, paths.mailPassword].every(existsSync))
    return;
  mkdirSync(folder, { recursive: true });
  await must('making the certificate', $`sh -c ${SCRIPT} sh ${folder}`);
  writeFileSync(paths.mailPassword, `${randomBytes(12).toString('hex')}\n`, { mode: 0o600 });
}
