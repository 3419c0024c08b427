import { z } from 'zod';
import { coreSchema } from './core.ts';
import type { Section } from './inventory.ts';

type JsonSchema = Record<string, unknown>;

/** Formats that JSON Schema itself knows (draft 2020-12, "Defined formats"). Of others the pattern remains. */
const FORMATS: readonly unknown[] = ['ipv4', 'ipv6', 'hostname', 'uri'];

/** A JSON Schema of the whole inventory, for editors (`# yaml-language-server: $schema=…`). */
export function inventoryJsonSchema(sections: readonly Section[]): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const toJson = (schema: z.ZodType, owner: string) =>
    hoist(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, owner, definitions);
  const core = toJson(coreSchema, '');
  const properties = core.properties as Record<string, JsonSchema>;
  const perHost: Record<string, JsonSchema> = {};
  for (const { name, cluster, host } of sections) {
    const layer = optional(toJson(host, `${name}-host-`));
    perHost[name] = layer;
    properties[name] = both(layer, toJson(cluster, `${name}-`));
  }
  extend(properties.hosts, perHost);
  extend(properties.groups, perHost);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Inventory of provision',
    ...core,
    additionalProperties: false,
    $defs: definitions,
  };
}

/** Moves what a schema defines for itself to the top of the whole, where references lead. */
function hoist(
  { $schema: _schema, $defs, ...schema }: JsonSchema,
  owner: string,
  definitions: Record<string, JsonSchema>,
): JsonSchema {
  const told = (part: JsonSchema) =>
    JSON.parse(JSON.stringify(part), (key, value) => {
      if (key === '$ref') return String(value).replace('#/$defs/', `#/$defs/${owner}`);
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? plain(value) : value;
    }) as JsonSchema;
  for (const [name, part] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>))
    definitions[`${owner}${name}`] = told(part);
  return told(schema);
}

/** As strict readers want it: formats that they know, one type a schema, and no bound that only says what a number of JavaScript can hold. */
function plain(schema: JsonSchema): JsonSchema {
  const { type, ...rest } = schema;
  if (typeof rest.format === 'string' && !FORMATS.includes(rest.format)) delete rest.format;
  if (rest.minimum === Number.MIN_SAFE_INTEGER) delete rest.minimum;
  if (rest.maximum === Number.MAX_SAFE_INTEGER) delete rest.maximum;
  if (Array.isArray(type)) return { ...rest, anyOf: type.map((one) => ({ type: one })) };
  return type === undefined ? rest : { type, ...rest };
}

/** A layer need not say everything: what is required must be said in one of them. */
function optional({ required: _required, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

/** The section itself has what is said for the whole and what is said for all hosts. */
function both(host: JsonSchema, cluster: JsonSchema): JsonSchema {
  return {
    ...host,
    ...cluster,
    properties: { ...(cluster.properties as object), ...(host.properties as object) },
  };
}

function extend(map: JsonSchema | undefined, sections: Record<string, JsonSchema>): void {
  const entry = map?.additionalProperties as JsonSchema | undefined;
  if (entry === undefined) return;
  entry.properties = { ...(entry.properties as object), ...sections };
  entry.additionalProperties = false;
}
