import { type Probe, ProbeError } from '../resource/index.ts';
import { raw } from '../shell/index.ts';
import { keyFingerprints } from './openpgp.ts';

/** A repository of packages that apt is told of, one suite of it. */
export interface AptSource {
  /** The file that names it. */
  readonly file: string;
  /** Where it is, without a slash at its end: apt takes both for the same. */
  readonly uri: string;
  /** Its suite, as apt has it: `bookworm-security`. */
  readonly suite: string;
  /** Its components, as apt has them: `main`. */
  readonly components: readonly string[];
  /** What apt checks it by: the path of a key file, or fingerprints or a key in place; `undefined`: any key that the system trusts. */
  readonly signedBy: string | undefined;
  /** Fingerprints of the keys that `signedBy` means, in lower case; `undefined`: there is no such file. */
  readonly keys: readonly string[] | undefined;
}

export interface AptFacts {
  /** Repositories of binary packages that are switched on. */
  readonly sources: readonly AptSource[];
  /** Text of each file that names some, by its path. */
  readonly files: Readonly<Record<string, string>>;
}

/** What apt reads (sources.list(5)), with the key files that it names. */
export const aptFacts: Probe<AptFacts> = {
  script: raw(`\
[ -d /etc/apt ] || exit 0
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ -f "$f" ] || continue
  echo "==file $f"
  base64 -w0 -- "$f" || exit 66
  echo
done
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  # The last line of a file may not end.
  [ ! -f "$f" ] || { cat -- "$f"; echo; }
done |
  sed -n 's/.*[Ss]igned-[Bb]y[=:][[:space:]]*\\(\\/[^] ,]*\\).*/\\1/p' | sort -u | while read -r f; do
  [ -f "$f" ] || continue
  echo "==key $f"
  base64 -w0 -- "$f" || exit 66
  echo
done
exit 0`),

  parse(output) {
    if (output.code !== 0) throw new ProbeError("could not read apt's sources", output);
    const parts = output.stdout
      .split(/^==/m)
      .slice(1)
      .map((part) => {
        const [head = '', body = ''] = part.split('\n');
        const space = head.indexOf(' ');
        return {
          kind: head.slice(0, space),
          path: head.slice(space + 1),
          bytes: Buffer.from(body, 'base64'),
        };
      });
    const keys = new Map(
      parts
        .filter(({ kind }) => kind === 'key')
        .map(({ path, bytes }) => [path, keyFingerprints(bytes)] as const),
    );
    const files = parts
      .filter(({ kind }) => kind === 'file')
      .map(({ path, bytes }) => [path, bytes.toString('utf8')] as const);
    return {
      files: Object.fromEntries(files),
      sources: files.flatMap(([file, text]) =>
        entriesOf(file, text).flatMap(({ uris, suites, components, signedBy }) =>
          uris.flatMap((uri) =>
            suites.map(
              (suite): AptSource => ({
                file,
                uri: uri.replace(/\/+$/, ''),
                suite,
                components,
                signedBy,
                keys: keysOf(signedBy, keys),
              }),
            ),
          ),
        ),
      ),
    };
  },
};

function keysOf(
  signedBy: string | undefined,
  files: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  if (signedBy === undefined) return [];
  if (signedBy.startsWith('/')) return files.get(signedBy);
  if (signedBy.includes('BEGIN PGP')) return keyFingerprints(Buffer.from(signedBy));
  return signedBy
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(/!$/, '').toLowerCase());
}

/** A line, or a paragraph of the newer form. */
export interface AptEntry {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
  /** Lines of the file, from 0; the last is not among them. */
  readonly lines: readonly [number, number];
}

const wordsOf = (text: string | undefined) => (text ?? '').split(/\s+/).filter((word) => word !== '');

/** Entries of binary packages that are switched on. */
export function entriesOf(file: string, text: string): readonly AptEntry[] {
  return file.endsWith('.sources') ? paragraphs(text) : oneLiners(text);
}

function oneLiners(text: string): readonly AptEntry[] {
  return text.split('\n').flatMap((line, index): readonly AptEntry[] => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (found === null) return [];
    const [, options = '', uri = '', suite = '', components] = found;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [
      { uris: [uri], suites: [suite], components: wordsOf(components), signedBy, lines: [index, index + 1] },
    ];
  });
}

function paragraphs(text: string): readonly AptEntry[] {
  const lines = text.split('\n');
  const entries: AptEntry[] = [];
  let start = 0;
  for (let index = 0; index <= lines.length; index++) {
    if (index < lines.length && (lines[index] ?? '').trim() !== '') continue;
    const fields = fieldsOf(lines.slice(start, index));
    const enabled = !/^(no|false|0|off|without|disable)$/i.test(fields.get('enabled') ?? 'yes');
    if (enabled && wordsOf(fields.get('types')).includes('deb'))
      entries.push({
        uris: wordsOf(fields.get('uris')),
        suites: wordsOf(fields.get('suites')),
        components: wordsOf(fields.get('components')),
        signedBy: fields.get('signed-by') || undefined,
        lines: [start, index],
      });
    start = index + 1;
  }
  return entries;
}

/** Fields by their names in lower case; lines of a field that go on are joined as they are. */
function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of lines.filter((each) => !each.startsWith('#'))) {
    const found = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    if (found !== null) {
      name = (found[1] as string).toLowerCase();
      fields.set(name, (found[2] as string).trim());
    } else if (/^\s/.test(line) && name !== '')
      fields.set(name, `${fields.get(name) ?? ''}\n${line.trim() === '.' ? '' : line.trim()}`.trim());
  }
  return fields;
}

/** The text of a file without some of its entries, which stay in it as comments. */
export function commentedOut(file: string, text: string, unwanted: (entry: AptEntry) => boolean): string {
  const lines = text.split('\n');
  for (const entry of entriesOf(file, text).filter(unwanted))
    for (let index = entry.lines[0]; index < entry.lines[1]; index++) lines[index] = `# ${lines[index]}`;
  return lines.join('\n');
}
