import { SECTION_NAME, TAKEN_NAMES } from '../inventory/index.ts';
import { PROBE } from '../resource/index.ts';
import {
  either,
  func,
  lister,
  listOf,
  mapOf,
  object,
  objectSchema,
  oneOf,
  optional,
  type Shape,
  schema,
  where,
  words,
} from '../schema/index.ts';

const NAME: Shape = where(words, (name: string) => {
  if (!SECTION_NAME.test(name))
    return [{ path: [], message: `expected letters, digits, \`-\` and \`_\`, got \`${name}\`` }];
  return TAKEN_NAMES.includes(name)
    ? [
        {
          path: [],
          message: `\`${name}\` is already a key of every inventory; choose another name`,
        },
      ]
    : [];
});

/** A probe, or a function that gives one for a host. */
const FACT: Shape = either('a probe (`{ script, parse }`), or a function that gives one', (value) => {
  if (typeof value === 'function') return func;
  return typeof value === 'object' ? PROBE : undefined;
});

const STAGE: Shape = object('a stage (`{ name, resources }`)', {
  name: words,
  on: optional(func),
  resources: lister,
  rolling: optional(
    object('gates (`{ before, after }`), or `{}`', {
      apart: optional(func),
      before: optional(func),
      after: optional(func),
    }),
  ),
  decidedBy: optional(oneOf('all hosts')),
});

const STAGES: Shape = where(listOf('stages', STAGE), (stages: readonly { readonly name: string }[]) => {
  const names = stages.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: [index, 'name'], message: `an earlier stage has the name \`${name}\`; choose another` }],
  );
});

/** What a playbook says of itself. */
export const DEFINITION: Shape = object('a playbook (`{ name, stages }`)', {
  name: NAME,
  cluster: optional(schema),
  host: optional(objectSchema),
  others: optional(mapOf('an object of schemas by the names of playbooks', schema)),
  facts: optional(mapOf('an object of probes by the names that they have here', FACT)),
  validate: optional(lister),
  inspect: optional(lister),
  stages: STAGES,
  status: optional(lister),
  dns: optional(func),
  services: optional(lister),
  logs: optional(func),
  removeStack: optional(func),
  check: optional(func),
});
