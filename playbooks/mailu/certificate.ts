import { type Finding, isReached } from 'provision-swarm';
import type { Mailu, MailuCluster } from '../settings/mailu.ts';

/** The files of the certificate on the shared storage, its chain and its key; none where it comes from elsewhere. */
export function certificateFiles({ tls }: Pick<Mailu, 'tls'>, root: string): readonly string[] {
  return tls.kind === 'cert' && tls.certificate === undefined
    ? [`${root}/certs/cert.pem`, `${root}/certs/key.pem`]
    : [];
}

/** What has to be done before mail can be read: a front without its certificate takes mail, and nothing else. */
export function inspectCertificate(mailu: Mailu, cluster: MailuCluster): readonly Finding[] {
  const files = certificateFiles(mailu, cluster.others.storage.root);
  const hosts = cluster.hosts.filter(isReached);
  const seen = (file: string) => hosts.map(({ facts }) => facts.certificate[file]);
  const missing = files.filter((file) => seen(file).includes('missing') && !seen(file).includes('there'));
  const links = files.filter((file) => seen(file).includes('leads out'));
  const until =
    'until both are there, the fronts take mail on port 25, without encryption, and nobody can log in or read mail. They are used as soon as they are there';
  const [chain = '', key = ''] = files;
  const warn = (code: string, message: string, fix: string): Finding => ({
    level: 'warn',
    code,
    message,
    fix: [fix],
  });
  return [
    ...(missing.length === 0
      ? []
      : [
          warn(
            'no-certificate',
            `no ${missing.join(' and no ')} is seen on any host: ${until}`,
            `after the run, copy the certificate with its chain to ${chain}, and its key to ${key}, on any host; both in PEM`,
          ),
        ]),
    ...(links.length === 0
      ? []
      : [
          warn(
            'certificate-elsewhere',
            `${links.join(' and ')} ${links.length === 1 ? 'is a link that leads' : 'are links that lead'} out of ${chain.replace(/\/[^/]*$/, '')}, and a front sees nothing else: ${until}`,
            'put a copy of the file in the place of the link, and have whatever renews the certificate copy it there',
          ),
        ]),
  ];
}
