import { type Problem, ProvisionError } from '../errors/index.ts';
import { check, type Path, unknownKey } from '../schema/index.ts';
import { sameAddress } from './address.ts';
import { type Core, coreSchema, groupSchema, hostSchema, type SshSettings, sshSchema } from './core.ts';
import { parseSource, type SourceDocument } from './document.ts';
import type { Inventory, InventoryHost, Section, SectionValues } from './inventory.ts';
import { isTree, type Layer, merge, pathInLayers } from './layers.ts';
import { secretNamesIn } from './secret-name.ts';
import { readSection } from './section.ts';

export interface LoadedInventory {
  /** Absent where the file has mistakes. */
  readonly inventory: Inventory | undefined;
  readonly problems: readonly Problem[];
  readonly source: SourceDocument;
}

/** Reads an inventory whole and gathers every mistake in it; the sections are those that the playbooks declare. */
export function loadInventory(text: string, file: string, sections: readonly Section[]): LoadedInventory {
  const source = parseSource(text, file);
  if (source.problems.length > 0) return { inventory: undefined, problems: source.problems, source };
  if (!isTree(source.value)) {
    const problem = source.problem([], 'expected a map with `cluster` and `hosts`');
    return { inventory: undefined, problems: [problem], source };
  }

  const problems: Problem[] = [];
  const report = (path: Path, message: string) => problems.push(source.problem(path, message));
  const core = check(coreSchema, source.value);
  if ('mistakes' in core) for (const { path, message } of core.mistakes) report(path, message);
  const tree = source.value as Partial<Core>;
  unknownKeys(tree, sections, report);

  const hosts = isTree(tree.hosts) ? Object.keys(tree.hosts) : [];
  const values = new Map<string, SectionValues>();
  for (const section of sections)
    values.set(
      section.name,
      blaming(section, () =>
        readSection(section, tree[section.name], hosts, layersOf(tree, section.name), report),
      ),
    );
  const ssh = new Map(hosts.map((host) => [host, readSsh(layersOf(tree, 'ssh')(host), report)]));
  if ('data' in core) unknownNames(core.data, ssh, report);
  if ('data' in core) {
    unknownSecrets(core.data, ssh, report);
    unknownSecretsOfSections(core.data, values, report);
  }

  if (problems.length > 0 || 'mistakes' in core)
    return { inventory: undefined, problems: unique(problems), source };
  return { inventory: inventoryOf(core.data, file, ssh, values), problems: [], source };
}

/** What the schema of a section throws is no mistake of the inventory. */
function blaming<T>({ name, origin }: Section, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (origin === undefined) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProvisionError(`${origin}: playbook ${name}: a schema of its section fails: ${reason}`, {
      code: 'playbook',
      cause,
    });
  }
}

/**
 * What else is found to be wrong with an inventory, each once, where it was written. What is said of a host (`hosts`, its name, a section and
 * so on) may stand in the section, in a group or in the host.
 */
export function problemsIn(
  source: SourceDocument,
  mistakes: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
): readonly Problem[] {
  const tree = source.value as Partial<Core>;
  return unique(
    mistakes.map(({ path, message }) => {
      const [top, host, section, ...rest] = path;
      const ofHost = top === 'hosts' && host !== undefined && section !== undefined;
      const written = ofHost ? pathInLayers(layersOf(tree, String(section))(String(host)), rest) : path;
      return source.problem(written, message);
    }),
  );
}

function inventoryOf(
  core: Core,
  file: string,
  ssh: ReadonlyMap<string, SshSettings | undefined>,
  sections: ReadonlyMap<string, SectionValues>,
): Inventory {
  const groups = new Map(Object.entries(core.groups).map(([name, group]) => [name, group.hosts]));
  const hosts = Object.entries(core.hosts).map(
    ([name, host]): InventoryHost => ({
      name,
      address: host.address,
      connection: host.connection,
      groups: [...groups].filter(([, members]) => members.includes(name)).map(([group]) => group),
      ssh: ssh.get(name) ?? sshSchema.parse({}),
    }),
  );
  return {
    file,
    cluster: core.cluster,
    hosts,
    groups,
    secrets: new Map(Object.entries(core.secrets)),
    age: core.age,
    sections,
  };
}

/** Where a section's values for a host stand: in the section, in its groups in their order, in the host. */
function layersOf(tree: Partial<Core>, name: string): (host: string) => readonly Layer[] {
  return (host) => {
    const groups = Object.entries(isTree(tree.groups) ? tree.groups : {}).filter(
      ([, group]) => isTree(group) && Array.isArray(group.hosts) && group.hosts.includes(host),
    );
    const layers: Layer[] = [
      { path: [name], value: tree[name] },
      ...groups.map(([group, value]) => ({ path: ['groups', group, name], value: value[name] })),
      { path: ['hosts', host, name], value: tree.hosts?.[host]?.[name] },
    ];
    return layers.filter(({ value }, index) => value !== undefined || index === layers.length - 1);
  };
}

type Report = (path: Path, message: string) => void;

function readSsh(layers: readonly Layer[], report: Report): SshSettings | undefined {
  const parsed = check(sshSchema, merge(layers) ?? {});
  if ('data' in parsed) return parsed.data;
  for (const { path, message } of parsed.mistakes) report(pathInLayers(layers, path), message);
  return undefined;
}

function unknownKeys(tree: Partial<Core>, sections: readonly Section[], report: Report): void {
  const names = sections.map(({ name }) => name);
  const checkKeys = (value: unknown, path: Path, own: readonly string[]) => {
    if (!isTree(value)) return;
    const known = [...own, ...names];
    for (const key of Object.keys(value))
      if (!known.includes(key)) report([...path, key], unknownKey(key, known));
  };
  checkKeys(tree, [], Object.keys(coreSchema.shape));
  for (const [name, host] of Object.entries(isTree(tree.hosts) ? tree.hosts : {}))
    checkKeys(host, ['hosts', name], Object.keys(hostSchema.shape));
  for (const [name, group] of Object.entries(isTree(tree.groups) ? tree.groups : {}))
    checkKeys(group, ['groups', name], Object.keys(groupSchema.shape));
}

function unknownNames(core: Core, ssh: ReadonlyMap<string, SshSettings | undefined>, report: Report): void {
  // Behind one address several may be reached, each at a port of its own.
  const places = new Map<string, string>();
  for (const [name, { address }] of Object.entries(core.hosts)) {
    const port = ssh.get(name)?.port;
    const place = `${sameAddress(address)} ${port ?? ''}`;
    const other = places.get(place);
    if (other !== undefined)
      report(
        ['hosts', name, 'address'],
        `${other} has the same address${port === undefined ? '' : ' and port'}`,
      );
    places.set(place, name);
  }
  for (const [name, { hosts }] of Object.entries(core.groups)) {
    if (name in core.hosts) report(['groups', name], 'a host has the same name');
    hosts.forEach((host, index) => {
      if (!(host in core.hosts)) report(['groups', name, 'hosts', index], `there is no host \`${host}\``);
    });
  }
}

const noSecret = (name: string) => `there is no secret \`${name}\`; define it under \`secrets:\``;

function unknownSecrets(core: Core, ssh: ReadonlyMap<string, SshSettings | undefined>, report: Report): void {
  for (const [host, settings] of ssh) {
    for (const key of ['sudoPassword', 'password'] as const) {
      const secret = settings?.[key];
      if (secret === undefined || secret in core.secrets) continue;
      report(pathInLayers(layersOf(core as Partial<Core>, 'ssh')(host), [key]), noSecret(secret));
    }
  }
}

function unknownSecretsOfSections(
  core: Core,
  sections: ReadonlyMap<string, SectionValues>,
  report: Report,
): void {
  for (const [section, { cluster, hosts }] of sections) {
    for (const { secret, path } of secretNamesIn(cluster))
      if (!(secret.name in core.secrets)) report([section, ...path], noSecret(secret.name));
    for (const [host, value] of hosts)
      for (const { secret, path } of secretNamesIn(value))
        if (!(secret.name in core.secrets))
          report(pathInLayers(layersOf(core as Partial<Core>, section)(host), path), noSecret(secret.name));
  }
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(
    problems.map((problem) => [`${problem.line}:${problem.column} ${problem.message}`, problem]),
  );
  return [...seen.values()].toSorted((a, b) => a.line - b.line || a.column - b.column);
}
