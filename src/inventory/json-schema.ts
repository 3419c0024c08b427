import { z } from 'zod';
import { coreSchema } from './core.ts';
import type { Section } from './inventory.ts';

type JsonSchema = Record<string, unknown>;

/** A JSON Schema of the whole inventory, for editors (`# yaml-language-server: $schema=…`). */
export function inventoryJsonSchema(sections: readonly Section[]): JsonSchema {
  const core = toJson(coreSchema);
  const properties = core.properties as Record<string, JsonSchema>;
  const perHost = Object.fromEntries(sections.map(({ name, host }) => [name, optional(toJson(host))]));
  for (const { name, cluster, host } of sections)
    properties[name] = both(optional(toJson(host)), toJson(cluster));
  extend(properties.hosts, perHost);
  extend(properties.groups, perHost);
  return { ...core, title: 'Inventory of provision', additionalProperties: false };
}

function toJson(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

/** A layer need not say everything: what is required must be said in one of them. */
function optional({ required: _required, $schema: _schema, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function both(host: JsonSchema, cluster: JsonSchema): JsonSchema {
  const { $schema: _schema, ...rest } = cluster;
  if (typeof rest.properties !== 'object') return { allOf: [{ ...rest, additionalProperties: true }] };
  return { ...rest, properties: { ...(rest.properties as object), ...(host.properties as object) } };
}

function extend(map: JsonSchema | undefined, sections: Record<string, JsonSchema>): void {
  const entry = map?.additionalProperties as JsonSchema | undefined;
  if (entry === undefined) return;
  entry.properties = { ...(entry.properties as object), ...sections };
  entry.additionalProperties = false;
}
