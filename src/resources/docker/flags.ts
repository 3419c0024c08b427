import type { Flag } from '../../facts/index.ts';

/** Settings that dockerd takes from both places (moby, daemon/config: skipDuplicates). */
const FROM_BOTH: ReadonlySet<string> = new Set(['runtimes']);
/** Objects of which each member is compared with the flags, not the whole (those that are not in moby's flatOptions). */
const NESTED: ReadonlySet<string> = new Set(['proxies']);

/** Settings of daemon.json that are flags as well: dockerd refuses to start with both, whatever their values. */
export function conflicting(
  settings: Readonly<Record<string, unknown>>,
  flags: readonly Flag[],
): readonly Flag[] {
  const names = new Set(
    Object.entries(settings).flatMap(([name, value]) =>
      NESTED.has(name) && typeof value === 'object' && value !== null ? Object.keys(value) : [name],
    ),
  );
  return flags.filter(({ name }) => names.has(name) && !FROM_BOTH.has(name));
}

/** Whether flags say what a setting says. */
export function saidByFlags(name: string, value: unknown, flags: readonly Flag[]): boolean {
  const values = flags.filter((flag) => flag.name === name).map((flag) => flag.value);
  if (values.length === 0) return false;
  if (Array.isArray(value)) return value.map(String).toSorted().join('\n') === values.toSorted().join('\n');
  if (typeof value === 'object' && value !== null)
    return (
      Object.entries(value)
        .map(([key, one]) => `${key}=${String(one)}`)
        .toSorted()
        .join('\n') === values.toSorted().join('\n')
    );
  return values.at(-1) === String(value);
}
