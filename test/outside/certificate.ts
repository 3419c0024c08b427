import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and its certificate, which nobody vouches for. */
export function selfSigned(name: string): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'provision-outside-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const { status } = spawnSync('openssl', [
    ...[
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
    ],
    ...['-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', cert],
  ]);
  if (status !== 0) throw new Error('openssl makes no certificate');
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
