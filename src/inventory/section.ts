import type { ZodType } from 'zod';
import { z } from 'zod';
import { check, type Path, parse, unknownKey } from '../schema/index.ts';
import type { Section, SectionValues } from './inventory.ts';
import { isTree, type Layer, merge, pathInLayers } from './layers.ts';

/** Parses a section for the cluster and for every host. A mistake is reported where it was written. */
export function readSection(
  section: Section,
  /** The section itself, as it is written at the top. */
  top: unknown,
  hosts: readonly string[],
  layersOf: (host: string) => readonly Layer[],
  report: (path: Path, message: string) => void,
): SectionValues {
  const hostKeys = Object.keys(section.host.shape);
  const clusterKeys = section.cluster instanceof z.ZodObject ? Object.keys(section.cluster.shape) : [];
  // Only an object tells its keys, so that a key which nobody knows is compared with those of both schemas.
  const keys = [...clusterKeys, ...hostKeys];
  const unknown = (key: string) => section.cluster instanceof z.ZodObject && !keys.includes(key);
  const misspelt = isTree(top) ? Object.keys(top).filter(unknown) : [];
  for (const key of misspelt) report([section.name, key], unknownKey(key, keys));
  const read = (schema: ZodType, layers: readonly Layer[]): unknown => {
    const written = merge(layers);
    const empty = written === undefined || (isTree(written) && Object.keys(written).length === 0);
    const byDefault = empty ? parse(schema, undefined) : undefined;
    if (byDefault?.success) return byDefault.data;
    const parsed = check(schema, written ?? {});
    if ('data' in parsed) return parsed.data;
    // What a section lacks as a whole may be what was misspelt in it.
    for (const { path, message } of parsed.mistakes)
      if (path.length > 0 || misspelt.length === 0) report(pathInLayers(layers, path), message);
    return undefined;
  };

  const ofHost = (layer: Layer): Layer => ({
    ...layer,
    value: pick(layer.value, (key) => hostKeys.includes(key)),
  });
  const rest = pick(top, (key) => !hostKeys.includes(key) && !unknown(key));
  const cluster = read(section.cluster, [{ path: [section.name], value: rest }]);

  const values = new Map<string, unknown>();
  for (const host of hosts) {
    const layers = layersOf(host);
    for (const { path, value } of layers.filter((layer) => layer.path.length > 1))
      for (const key of isTree(value) ? Object.keys(value) : [])
        if (clusterKeys.includes(key) && !hostKeys.includes(key))
          report([...path, key], `holds for the whole cluster; write it in the section \`${section.name}\``);
    const cleaned = layers.map((layer) =>
      layer.path.length === 1
        ? ofHost(layer)
        : {
            ...layer,
            value: pick(layer.value, (key) => hostKeys.includes(key) || !clusterKeys.includes(key)),
          },
    );
    values.set(host, read(section.host, cleaned));
  }
  return { cluster, hosts: values };
}

/** A value that is no map is kept as it is, for the schema to refuse. */
function pick(value: unknown, keep: (key: string) => boolean): unknown {
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keep(key)));
}
