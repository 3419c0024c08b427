/** Who may mount a directory, and how. */
interface Want {
  readonly path: string;
  /** Addresses. */
  readonly clients: readonly string[];
  readonly options: readonly string[];
  /** Whether those that our line lets in already stay so. */
  readonly keep: boolean;
}

/** What the server has of exports(5), and whom it lets in. */
export interface Have {
  /** Our line for this path. */
  readonly line: string | null;
  /** Our lines for other paths: what is mounted from there stays so. */
  readonly others: string;
  /** Where the file system of its own is mounted that it is on, if it is on one. */
  readonly on: string | undefined;
  /** Whether it is a brick of GlusterFS. */
  readonly brick: boolean;
  /** Files of somebody's that export this path. */
  readonly elsewhere: readonly string[];
  readonly exported: readonly Exported[];
}

/** Whom the server lets in, and how, as exportfs(8) says it. */
export interface Exported {
  /** A name, an address, a pattern, a network, a netgroup. */
  readonly client: string;
  readonly options: readonly string[];
  /** What the name leads to, where it is one. */
  readonly addresses: readonly string[];
}

/** The line of exports(5): who may mount it, and who may already and is kept. A host that another line lets in is left out. */
export function lineOf({ path, clients, options, keep }: Want, have: Have): string | null {
  const own = have.line === null ? [] : clientsOf(have.line);
  const all = [
    ...clients.filter((client) => byHand(client, have) === undefined),
    ...(keep ? own.filter((client) => !clients.includes(client)) : []),
  ];
  if (all.length === 0) return null;
  // `mp`: nobody is let in while that is not mounted, where an empty directory would be in its place (exports(5), `mountpoint`).
  const said = [...options, ...(have.on === undefined ? [] : [`mp=${have.on}`])].join(',');
  return `"${path}" ${all.map((client) => `${client}(${said})`).join(' ')}\n`;
}

/** Where our line says that it was mounted, and nothing is now. */
export function gone({ line, on }: Have): string | undefined {
  const before = /[(,]mp=([^,)]+)/.exec(line ?? '')?.[1];
  if (before === undefined || before === on) return undefined;
  return on === undefined || before.startsWith(`${on}/`) ? before : undefined;
}

export const letIn = (client: string, { exported }: Have) =>
  exported.find((row) => row.client === client || row.addresses.includes(client));

/**
 * The line of somebody's that lets this very host in. exportfs keeps the first of two lines for one host, whatever it is called in them,
 * reads /etc/exports first, and fails (nfs-utils, client_lookup and warn_duplicated_exports). Wider lines come after one for a host.
 */
export function byHand(client: string, have: Have): Exported | undefined {
  const isOurs = have.line !== null && clientsOf(have.line).includes(client);
  return isOurs || have.elsewhere.length === 0 ? undefined : letIn(client, have);
}

/** What a line would have to say as well: of the options, those without which mail is lost or Mailu does not start. */
export function missing({ options }: Want, row: Exported): readonly string[] {
  const needed = ['rw', 'sync', 'no_root_squash'].filter((option) => options.includes(option));
  return [
    ...needed.filter((option) => !row.options.includes(option)),
    ...(row.options.includes('all_squash') ? ['no_all_squash'] : []),
  ];
}

/** Whom a line of ours lets in. */
export const clientsOf = (line: string): readonly string[] =>
  [...line.matchAll(/ ([\d.]+)\(/g)].map(([, client = '']) => client);

/** A line of exports(5) with its clients in one order: their own means nothing. */
export function inOrder(line: string | null): string | undefined {
  const [path, ...clients] = line?.trim().split(' ') ?? [];
  return path === undefined ? undefined : [path, ...clients.toSorted()].join(' ');
}
