import { type Script, sh } from '../shell/index.ts';

/** Docker reads its settings here when it starts (dockerd(8)). */
export const DAEMON_JSON = '/etc/docker/daemon.json';

/** A setting that dockerd is given on its command line. */
export interface Flag {
  /** Its name in daemon.json: `--log-opt` is `log-opts` there. */
  readonly name: string;
  readonly value: string;
  /** The file that has it. */
  readonly from: string;
}

/** What dockerd is started with. */
export interface StartLine {
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
}

/** Flags that are named in the singular, and their names in daemon.json (moby, cmd/dockerd/config.go: the named options). */
const PLURAL: Readonly<Record<string, string>> = {
  'add-runtime': 'runtimes',
  'authorization-plugin': 'authorization-plugins',
  'cdi-spec-dir': 'cdi-spec-dirs',
  'default-address-pool': 'default-address-pools',
  'default-network-opt': 'default-network-opts',
  'default-ulimit': 'default-ulimits',
  'dns-opt': 'dns-opts',
  'exec-opt': 'exec-opts',
  feature: 'features',
  graph: 'data-root',
  host: 'hosts',
  'insecure-registry': 'insecure-registries',
  label: 'labels',
  'log-opt': 'log-opts',
  'node-generic-resource': 'node-generic-resources',
  'registry-mirror': 'registry-mirrors',
  'storage-opt': 'storage-opts',
};
const SHORT: Readonly<Record<string, string>> = {
  b: 'bridge',
  D: 'debug',
  g: 'data-root',
  G: 'group',
  H: 'hosts',
  l: 'log-level',
  p: 'pidfile',
  s: 'storage-driver',
};

/**
 * Prints docker.service and its drop-ins as they are on disk, which is what systemd reads next, and the files of variables that they name.
 * A drop-in that is a link to /dev/null says nothing, and takes away another of its name (systemd.unit(5)).
 */
export const showUnit: Script = sh`
  units=
  for d in /usr/lib /lib /usr/local/lib /run /etc; do
    [ ! -L "$d" ] || continue
    for f in "$d"/systemd/system/docker.service "$d"/systemd/system/docker.service.d/*.conf; do
      [ -f "$f" ] || { [ "$f" -ef /dev/null ] && [ "\${f%.conf}" != "$f" ]; } || continue
      units="$units $f"
      echo "==unit $f"
      cat -- "$f" || exit 66
      echo
    done
  done
  [ -z "$units" ] || for f in $(sed -n 's/^[[:space:]]*EnvironmentFile=-\{0,1\}//p' $units | sort -u); do
    [ -f "$f" ] || continue
    echo "==variables $f"
    cat -- "$f" || exit 66
    echo
  done`;

interface SourcedText {
  readonly path: string;
  readonly text: string;
}

/** Reads what `showUnit` printed: units and drop-ins by the rules of systemd.unit(5). */
export function readUnit(
  parts: readonly { readonly kind: string; readonly path: string; readonly text: string }[],
): StartLine {
  const units = parts.filter(({ kind }) => kind === 'unit');
  const main = units.findLast(({ path }) => path.endsWith('/docker.service'));
  const byName = new Map(
    units
      .filter(({ path }) => path.endsWith('.conf'))
      .map((part) => [part.path.slice(part.path.lastIndexOf('/') + 1), part]),
  );
  const names = [...byName.keys()].toSorted();
  const read: readonly SourcedText[] = [
    ...(main === undefined ? [] : [main]),
    ...names.flatMap((name) => byName.get(name) ?? []),
  ];
  const variables = new Map<string, SourcedText>();
  const fromFiles = new Map<string, SourcedText>();
  let command: SourcedText | undefined;
  for (const { path, text } of read)
    for (const [key, value] of assignments(text)) {
      if (key === 'ExecStart') command = value === '' ? undefined : { path, text: value };
      if (key === 'Environment') for (const word of wordsOf(value)) keepVariable(variables, word, path);
      if (key === 'EnvironmentFile') {
        const file = value.replace(/^-/, '');
        const found = parts.find((part) => part.kind === 'variables' && part.path === file);
        for (const line of (found?.text ?? '').split('\n').map((each) => each.trim()))
          if (line !== '' && !/^[#;]/.test(line)) {
            const equals = line.indexOf('=');
            const [unquoted = ''] = [wordsOf(line.slice(equals + 1)).join(' ')];
            fromFiles.set(line.slice(0, equals), { path: file, text: unquoted });
          }
      }
    }
  if (command === undefined) return { words: [], flags: [] };
  const known = new Map([...variables, ...fromFiles]);
  const words = wordsOf(command.text.replace(/^[@:+!|-]+/, '')).flatMap((word) =>
    expanded(word, (command as SourcedText).path, known),
  );
  return { words: words.slice(1).map(({ text }) => text), flags: flagsOf(words.slice(1)) };
}

/** Lines `Key=value` of a unit, continued lines joined. */
function assignments(text: string): readonly (readonly [string, string])[] {
  return text
    .replace(/\\\n(\s*[#;].*\n)*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;[]/.test(line))
    .map(
      (line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()] as const,
    );
}

function keepVariable(variables: Map<string, SourcedText>, word: string, path: string): void {
  const equals = word.indexOf('=');
  if (equals > 0) variables.set(word.slice(0, equals), { path, text: word.slice(equals + 1) });
}

/** Words with quotes taken off, as systemd splits them. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:"((?:\\.|[^"])*)"|'([^']*)'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"((?:\\.|[^"])*)"|'([^']*)'/g, (_, double, single) => double ?? single ?? ''),
  );
}

/** `$NAME` as a word of its own is split into words; `${NAME}` is not (systemd.service(5)). */
function expanded(
  word: string,
  path: string,
  variables: ReadonlyMap<string, SourcedText>,
): readonly SourcedText[] {
  const whole = /^\$(\w+)$/.exec(word)?.[1];
  if (whole !== undefined) {
    const found = variables.get(whole);
    return found === undefined ? [] : wordsOf(found.text).map((text) => ({ path: found.path, text }));
  }
  const text = word.replace(/\$\{(\w+)\}/g, (_, name: string) => variables.get(name)?.text ?? '');
  return [{ path, text }];
}

function flagsOf(words: readonly SourcedText[]): readonly Flag[] {
  const flags: Flag[] = [];
  words.forEach(({ text, path }, index) => {
    if (!text.startsWith('-')) return;
    const following = words[index + 1]?.text;
    const next = following === undefined || following.startsWith('-') ? undefined : following;
    const long = /^--?([a-zA-Z][\w-]+)(?:=(.*))?$/s.exec(text);
    const short = /^-([A-Za-z])(?:=?(.+))?$/s.exec(text);
    if (text.startsWith('--') && long !== null) {
      const name = long[1] as string;
      flags.push({ name: PLURAL[name] ?? name, value: long[2] ?? next ?? 'true', from: path });
    } else if (short !== null) {
      const name = SHORT[short[1] as string];
      if (name !== undefined) flags.push({ name, value: short[2] ?? next ?? 'true', from: path });
    }
  });
  return flags;
}
