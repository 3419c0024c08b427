import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker } from './engine.ts';
import { mirror } from './host.ts';
import { $, must } from './shell.ts';
import { paths } from './state.ts';

const FOLDER = fileURLToPath(new URL('./stand-ins', import.meta.url));

/** Debian 12, whose Dovecot has the syntax of Mailu's. */
const SUITE = 'bookworm';
const PACKAGES = [
  'postfix,libsasl2-modules,dovecot-imapd,dovecot-pop3d,dovecot-lmtpd,dovecot-managesieved,dovecot-sieve',
  'dovecot-submissiond,dovecot-auth-lua,nginx,libnginx-mod-mail,redis-server,python3,python3-milter,python3-yaml',
  'openssl,curl,wget,procps,netcat-openbsd,busybox',
].join(',');
/** Users of the real images, and what is Alpine in them: its shell, and the other programs where PATH begins with the folder. */
const HOOKS = [
  'groupadd --gid 1000 mailu && useradd --system --uid 1000 --gid 1000 --home-dir /app --shell /bin/bash mailu',
  'useradd --system --user-group --home-dir /var/lib/fetchmail --shell /usr/sbin/nologin fetchmail',
  'mkdir /opt/busybox && /bin/busybox --install -s /opt/busybox && ln -sf busybox /bin/sh',
  // What Debian's finds that of busybox does not, and Debian's busybox has none.
  'rm /usr/bin/pkill /usr/bin/pgrep',
].map((command) => `--customize-hook=chroot "$1" /bin/sh -c '${command}'`);
const LEFT_OUT = ['man', 'doc', 'locale', 'i18n'].map(
  (folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`,
);

/** An image under the name that Mailu's stack file has for it, after the registry. */
interface StandIn {
  readonly folder: string;
  readonly name: string;
  /** A file of `versions`, which the image has as `/version`. */
  readonly version: string;
}

const MAILU = {
  nginx: 'front',
  admin: 'admin',
  dovecot: 'imap',
  postfix: 'smtp',
  rspamd: 'antispam',
  fetchmail: 'fetchmail',
  radicale: 'radicale',
} as const;
const CURRENT = { ...MAILU, webmail: 'webmail', oletools: 'oletools' } as const;
const LEGACY = { ...MAILU, roundcube: 'webmail', rainloop: 'webmail', clamav: 'antivirus' } as const;
const OTHERS = {
  'redis:alpine': 'redis',
  'clamav/clamav-debian:1.4': 'antivirus',
  'apache/tika:latest-full': 'tika',
  'mailu/broken:1': 'broken',
} as const;

const released = (images: Readonly<Record<string, string>>, version: string): readonly StandIn[] =>
  Object.entries(images).map(([image, folder]) => ({ folder, name: `mailu/${image}:${version}`, version }));

const STAND_INS: readonly StandIn[] = [
  ...released(CURRENT, '2024.06'),
  ...released(CURRENT, '2024.06.57'),
  ...released(LEGACY, '1.9'),
  ...Object.entries(OTHERS).map(([name, folder]) => ({ folder, name, version: 'other' })),
];

/** What tells one state of the stand-ins from another: of the base image, and of all. */
export async function standInDigests(): Promise<{ readonly base: string; readonly all: string }> {
  const base = [SUITE, PACKAGES, ...LEFT_OUT, ...HOOKS, await mirror()];
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const contents = files.flatMap((path) => [path.slice(FOLDER.length), readFileSync(path, 'utf8')]);
  return { base: digest(base), all: digest([...base, JSON.stringify(STAND_INS), ...contents]) };
}

const digest = (inputs: readonly string[]) =>
  createHash('sha256').update(inputs.join('\n')).digest('hex').slice(0, 16);

/** Makes all stand-ins, and pushes them to a registry. */
export async function pushStandIns(
  registry: string,
  base: string,
  say: (text: string) => void,
): Promise<void> {
  const image = await baseImage(base, say);
  say(`making ${STAND_INS.length} stand-ins for the images of Mailu (once)`);
  for (const { folder, name, version } of STAND_INS) {
    const options = ['--build-arg', `BASE=${image}`, '--build-arg', `VERSION=${version}`];
    const names = ['-f', join(FOLDER, folder, 'Dockerfile'), '-t', `${registry}/${name}`];
    await must(`making ${name}`, docker`docker build -q ${options} ${names} ${FOLDER}`);
    await must(`pushing ${name}`, docker`docker push -q ${registry}/${name}`);
  }
}

async function baseImage(base: string, say: (text: string) => void): Promise<string> {
  const image = `provision-lab-stand-ins:${base}`;
  if ((await docker`docker image inspect ${image}`).exitCode === 0) return image;
  mkdirSync(paths.images, { recursive: true });
  const tar = join(paths.images, `stand-ins-${base}.tar`);
  if (!existsSync(tar)) {
    say('making the image that all stand-ins are made from (once)');
    const half = `${tar}.half.tar`;
    rmSync(half, { force: true });
    const options = [
      '--variant=minbase',
      `--include=${PACKAGES}`,
      ...LEFT_OUT,
      ...HOOKS,
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Check-Date "false"',
    ];
    await must('mmdebstrap', $`mmdebstrap ${options} ${SUITE} ${half} ${await mirror()}`);
    renameSync(half, tar);
  }
  await must('importing the image of the stand-ins', docker`docker import ${tar} ${image}`);
  return image;
}
