import {
  func,
  listOf,
  object,
  objectWithMore,
  optional,
  type Shape,
  schema,
  seconds,
  such,
  text,
  truth,
  where,
  words,
} from '../schema/index.ts';
import { Script } from '../shell/index.ts';
import { SCRIPT } from './fixes.ts';

export const PROBE: Shape = object('a probe (`{ script, parse }`)', { script: SCRIPT, parse: func });

const SHOWN: Shape = such(
  'a text, a number, true, false or null',
  (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
);

export const CHANGES: Shape = listOf(
  'changes, as `compare(…)` gives it',
  objectWithMore('a change (`{ field, from, to }`)', { field: words, from: SHOWN, to: SHOWN }),
);

const STEP: Shape = object('a step (`{ title, script }`)', {
  title: words,
  script: SCRIPT,
  reboots: optional(object('`{ within: seconds }`', { within: seconds })),
});

export const STEPS: Shape = listOf('steps (`{ title, script }`)', STEP);

/** The steps of a kind that has not said that they may end the machine. */
export const STEPS_WITHOUT_END: Shape = where(STEPS, (list: readonly { readonly reboots?: unknown }[]) =>
  list.flatMap(({ reboots }, index) =>
    reboots === undefined
      ? []
      : [
          {
            path: [index, 'reboots'],
            message: 'the kind does not say that it ends the machine; add `endsMachine: true` to the kind',
          },
        ],
  ),
);

export const TEXTS: Shape = listOf('texts', text);

export const RESTARTS: Shape = listOf(
  'restarts (`{ name, here }`)',
  object('a restart (`{ name, here }`)', { name: words, here: truth, pause: optional(text) }),
);

export const SETTLING: Shape = optional(
  object('`{ progress, patience }`', {
    progress: TEXTS,
    patience: seconds,
    failed: optional(text),
    details: optional(TEXTS),
  }),
);

const RESOURCE: Shape = such(
  'a resource, as `file({ … })` gives it',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'judge' in value &&
    typeof value.judge === 'function' &&
    'probe' in value &&
    value.probe instanceof Script,
);

export const RESOURCES: Shape = listOf('resources', RESOURCE);

/** Of `ref`. */
export const REF: Shape = object('a host, a key and a function', { host: words, key: words, pick: func });

/** What a kind says of itself. */
export const KIND: Shape = object('a kind (`{ kind, want, key, observe, diff, apply }`)', {
  kind: words,
  want: schema,
  key: func,
  observe: func,
  diff: func,
  apply: func,
  output: optional(func),
  settling: optional(func),
  restarts: optional(func),
  lasting: optional(func),
  asNew: optional(func),
  writes: optional(func),
  about: optional(func),
  endsMachine: optional(truth),
});
