import {
  type AptSource,
  aptReaches,
  aptReadsSources,
  commentedOut,
  type Finding,
  file,
  type Resource,
  sh,
  signingKey,
} from 'provision-swarm';
import type { DockerHost } from '../settings/docker.ts';

const KEY = '/etc/apt/keyrings/provision-docker.asc';
const SOURCES = '/etc/apt/sources.list.d/provision-docker.sources';

interface Repository {
  readonly uri: string;
  readonly suite: string;
  readonly component: string;
  readonly keyUrl: string;
  /** In lower case, without spaces. */
  readonly fingerprint: string;
}

function wantedOf({ settings: { repository }, facts: { machine } }: DockerHost): Repository {
  const { url = `https://download.docker.com/linux/${machine.os.id}`, channel, fingerprint } = repository;
  const uri = url.replace(/\/+$/, '');
  return {
    uri,
    suite: machine.os.codename ?? '',
    component: channel,
    keyUrl: repository.keyUrl ?? `${uri}/gpg`,
    fingerprint: fingerprint.replaceAll(/\s/g, '').toLowerCase(),
  };
}

/** Entries of others for the same suite. apt refuses to work where two entries for one say other keys, or one says none. */
function othersFor({ uri, suite }: Repository, { facts: { apt } }: DockerHost): readonly AptSource[] {
  return apt.sources.filter(
    (source) => source.uri === uri && source.suite === suite && source.file !== SOURCES,
  );
}

const isOurs = ({ uri, suite }: Repository, { facts: { apt } }: DockerHost) =>
  apt.sources.some((source) => source.file === SOURCES && source.uri === uri && source.suite === suite);

/** What others say of the repository that a run cannot go on with: another key, or two of them. */
export function inspectRepository(host: DockerHost): readonly Finding[] {
  if (host.settings.source !== 'docker-ce') return [];
  const wanted = wantedOf(host);
  const others = othersFor(wanted, host);
  const refuse = (code: string, message: string, ...fix: string[]): Finding => ({
    level: 'refuse',
    code,
    host: host.name,
    message,
    fix,
  });
  const said = [...new Set(others.map(({ signedBy }) => signedBy ?? 'no key'))];
  const files = [...new Set(others.map((source) => source.file))];
  const [keyed] = others.filter(({ signedBy }) => signedBy !== undefined);
  if (said.length > 1 && keyed !== undefined)
    return [
      refuse(
        'sources-disagree',
        `apt does not work: ${files.join(' and ')} name ${wanted.uri} ${wanted.suite} with other keys (${said.map(shortened).join('; ')})`,
        `comment all of these entries out but one; see them with: ${host.onHost(sh`grep -nF ${wanted.uri} ${files}`.shown)}`,
      ),
    ];
  if (keyed === undefined) return [];
  const { keys, signedBy = '', file: path } = keyed;
  if (keys === undefined)
    return isFetched(keyed)
      ? []
      : [
          refuse(
            'key-missing',
            `${path} names the key ${signedBy} for ${wanted.uri}, and there is no such file`,
            host.onHost(fetchBinary(wanted.keyUrl, signedBy)),
            `or take that entry out of ${path}: the next run then names the repository itself, with a key that it knows by its fingerprint`,
          ),
        ];
  if (keys.length === 1 && keys[0] === wanted.fingerprint) return [];
  return [
    refuse(
      'other-key',
      `${path} trusts ${keys.length === 0 ? 'no key that can be read' : keys.join(', ')} for ${wanted.uri} (${shortened(signedBy)}), and docker.repository.fingerprint is ${wanted.fingerprint}`,
      'find out which is right, at the one who runs that repository; then set docker.repository.fingerprint, or change that entry',
    ),
  ];
}

/** With what a bare Debian has. A run then checks the fingerprint before anything is installed. */
function fetchBinary(url: string, path: string): string {
  return sh`{ [ -e /etc/ssl/certs/ca-certificates.crt ] || apt-get -y install ca-certificates; } && t=$(mktemp -d) && /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file ${url} "$t/key" && mkdir -p ${path.slice(0, path.lastIndexOf('/')) || '/'} && sed -n '/^-----BEGIN PGP PUBLIC KEY/,/^-----END/{/^[A-Za-z0-9+\/]*=*$/p}' "$t/key" | base64 -d >"$t/binary" && [ -s "$t/binary" ] && [ ! -e ${path} ] && cat "$t/binary" >${path} && chmod 0644 ${path}`
    .shown;
}

const shortened = (signedBy: string) => (signedBy.includes('\n') ? 'a key in place' : signedBy);

/** A key file that is not there is fetched, where its name says that it is armoured: apt goes by that. */
const isFetched = ({ keys, signedBy }: AptSource) =>
  keys === undefined && signedBy?.endsWith('.asc') === true;

/**
 * Docker's repository, known by the fingerprint of its key. Where somebody has named it already with a key, that entry is used as it
 * is. One without a key, which trusts every key of the system, is commented out, and ours takes its place.
 */
export function* dockerRepository(host: DockerHost): Iterable<Resource> {
  const wanted = wantedOf(host);
  const others = othersFor(wanted, host);
  const [keyed] = others.filter(({ signedBy }) => signedBy !== undefined);
  const { keyUrl: url, fingerprint } = wanted;
  if (keyed?.signedBy === undefined) {
    yield signingKey({ path: KEY, url, fingerprint });
    yield* [...new Set(others.map((source) => source.file))].map((path) => takenOver(path, wanted, host));
    yield sources(wanted, KEY);
    return;
  }
  const { signedBy } = keyed;
  const serves = others.some(({ components }) => components.includes(wanted.component));
  if (isFetched(keyed)) yield signingKey({ path: signedBy, url, fingerprint });
  if (!serves) yield sources(wanted, signedBy);
  // An entry of ours from before beside theirs: apt works only without it.
  else if (isOurs(wanted, host))
    yield file({
      path: SOURCES,
      content: `# ${wanted.uri} is named in ${keyed.file}\n`,
      check: aptReadsSources,
    });
}

function sources({ uri, suite, component }: Repository, signedBy: string): Resource {
  const lines = [
    'Types: deb',
    `URIs: ${uri}`,
    `Suites: ${suite}`,
    `Components: ${component}`,
    `Signed-By: ${signedBy.replaceAll('\n\n', '\n.\n').replaceAll('\n', '\n ')}`,
  ];
  return file({ path: SOURCES, content: `${lines.join('\n')}\n`, check: aptReaches(SOURCES) });
}

/** Somebody's file without its entries for this repository. */
function takenOver(path: string, { uri, suite }: Repository, { facts: { apt } }: DockerHost): Resource {
  const isIt = (entry: { readonly uris: readonly string[]; readonly suites: readonly string[] }) =>
    entry.uris.some((one) => one.replace(/\/+$/, '') === uri) && entry.suites.includes(suite);
  return file({
    path,
    content: commentedOut(path, apt.files[path] ?? '', isIt),
    check: aptReadsSources,
  });
}
