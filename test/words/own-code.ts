// biome-ignore-all lint/suspicious/noTemplateCurlyInString: text of files that have templates.

/** A mistake in somebody's own code: what it is, the files, and what they are about. `// here` is at the line that has to be told. */
export interface OwnMistake {
  readonly title: string;
  /** What a person reads of it. */
  readonly wrote: string;
  readonly files: Readonly<Record<string, string>>;
  /** What finds it: `validate` connects to nothing, `plan` changes nothing, `run` changes something. */
  readonly found: 'validate' | 'plan' | 'run' | 'verb';
}

const IMPORTS = `import { command, compare, defineResource, definePlaybook, enquire, file, lines, machineFacts, raw, Refusal, Secret, secretName, sh, Unobservable } from 'provision-swarm';
import { z } from 'zod';

const stages = [{ name: 'files', resources: () => [file({ path: '/etc/motd', content: 'hello' })] }];
`;

type Row = readonly [title: string, wrote: string];

const rows = (
  found: OwnMistake['found'],
  text: (wrote: string) => string,
  all: readonly Row[],
): readonly OwnMistake[] =>
  all.map(([title, wrote]) => ({ title, wrote, found, files: { 'mine.ts': text(wrote) } }));

const named = (wrote: string) => `${IMPORTS}
export default definePlaybook({ // here
  name: 'mine',
  ${wrote},
});
`;

const whole = (wrote: string) => `${IMPORTS}
export default ${wrote}; // here
`;

const inStage = (wrote: string) => `${IMPORTS}
export default definePlaybook({
  name: 'mine',
  stages: [{
    name: 'one',
    resources: (host, cluster) => ${wrote}, // here
  }],
});
`;

/** What is thrown has a line of its own. */
const atIts = (text: (wrote: string) => string) => (wrote: string) =>
  text(wrote)
    .replace(' // here', '')
    .split('\n')
    .map((line) => (line.includes(wrote) ? `${line} // here` : line))
    .join('\n');

/** The answer of a stage says nothing of its own place: the playbook's is told. */
const fromStage = (wrote: string) => named(`stages: [{ name: 'one', resources: (host) => ${wrote} }]`);

const rolled = (wrote: string) =>
  kindOf('', `[{ name: 'one', resources: () => [odd({ name: 'one' })], rolling: { ${wrote} } }]`).replace(
    'definePlaybook({',
    'definePlaybook({ // here',
  );

const kindOf = (
  wrote: string,
  stage = "[{ name: 'one', resources: () => [odd({ name: 'one' })] }]",
) => `${IMPORTS}
const odd = defineResource({${wrote === '' ? '' : ' // here'}
  kind: 'odd',
  want: z.strictObject({ name: z.string() }),
  key: ({ name }) => name,
  observe: () => ({ script: sh\`true\`, parse: () => 'old' }),
  diff: (want, have) => compare('x', have, 'new'),
  apply: () => [{ title: 'make it new', script: sh\`true\` }],
  ...{ ${wrote} },
});

export default definePlaybook({
  name: 'mine',
  stages: ${stage},
});
`;

const GATE = "title: 'it is up', on: 'a', patience: 0, probe: { script: sh`true`, parse: () => true }";

export const OWN_MISTAKES: readonly OwnMistake[] = [
  ...rows('validate', named, [
    ['a stage without `resources`', "stages: [{ name: 'one' }]"],
    ['`stage` for `stages`', 'stage: stages'],
    ['a list of stages in the list of stages', 'stages: [...stages, stages]'],
    ['a stage that is undefined', 'stages: [...stages, undefined]'],
    ['no stages', 'cluster: z.strictObject({})'],
    ['stages that are undefined', 'stages: undefined'],
    ['one stage that is no list', 'stages: stages[0]'],
    ['a stage with a misspelt key', "stages: [{ name: 'one', resources: () => [], rollling: {} }]"],
    ['two stages of one name', 'stages: [...stages, ...stages]'],
    ['a stage without a name', 'stages: [{ resources: () => [] }]'],
    ['a stage that rolls by `true`', "stages: [{ name: 'one', resources: () => [], rolling: true }]"],
    [
      'a misspelt gate',
      "stages: [{ name: 'one', resources: () => [], rolling: { befor: () => undefined } }]",
    ],
    [
      'a stage that is decided otherwise',
      "stages: [{ name: 'one', resources: () => [], decidedBy: 'all host' }]",
    ],
    [
      'several mistakes at once',
      "inspct: () => [], stages: [{ name: 'one' }, { nam: 'two', resources: [] }]",
    ],
    ['a misspelt function', 'stages, inspekt: () => []'],
    ['a name that is no name', "stages, name: 'my/own'"],
    ['a name that an inventory has', "stages, name: 'hosts'"],
    ['a section that is no schema', "stages, cluster: { company: 'a text' }"],
    ['a section with a part that is no schema', "stages, cluster: z.strictObject({ company: 'a text' })"],
    [
      '`secretName` without `()`',
      'stages, cluster: z.strictObject({ password: z.array(z.strictObject({ of: secretName })) })',
    ],
    ["a host's section that is no schema", "stages, host: 'a text'"],
    ["a host's section that is no object", 'stages, host: z.string()'],
    ['a section of another that is no schema', "stages, others: { docker: 'docker' }"],
    ['a section of another that nobody has', 'stages, others: { dokcer: z.object({ source: z.string() }) }'],
    ['a fact that is a text', "stages, facts: { machine: 'machineFacts' }"],
    ['facts without names', 'stages, facts: [machineFacts]'],
    [
      'a fact whose probe has a misspelt key',
      'stages, facts: { f: { script: sh`true`, parse: () => 1, prase: 2 } }',
    ],
    ['a fact whose script is a text', "stages, facts: { f: { script: 'true', parse: () => 1 } }"],
    ['a fact whose `parse` is async', 'stages, facts: { f: { script: sh`true`, parse: async () => 1 } }'],
    ['a fact of each host that gives nothing', 'stages, facts: { f: () => { machineFacts; } }'],
    ['an async stage', "stages: [{ name: 'one', async resources() { return []; } }]"],
    ['an async `inspect`', 'stages, inspect: async () => []'],
    ['an async `validate`', 'stages, validate: async () => []'],
    ['an async `status`', 'stages, status: async () => []'],
    ['a generator', 'stages, *dns() {}'],
    ['an async generator', 'stages, async *inspect() {}'],
    ['a class', 'stages, inspect: class {}'],
    ['mistakes without a place', "stages, validate: () => [{ message: 'no' }]"],
    ['one mistake that is no list', "stages, validate: () => ({ path: ['mine'], message: 'no' })"],
    ['a `validate` that gives nothing', 'stages, validate: () => { [] }'],
    ['services that are no texts', 'stages, services: () => [{ name: 8 }]'],
  ]),
  ...rows('validate', (wrote) => whole(wrote).replace(' // here', ''), [
    ['a list with something that is no playbook', "[definePlaybook({ name: 'mine', stages }), undefined]"],
    ['a playbook that is not defined by definePlaybook', "{ name: 'mine', stages }"],
  ]),
  ...rows('validate', whole, [
    ['nothing for a playbook', 'definePlaybook()'],
    ['two playbooks of one name', "[1, 2].map(() => definePlaybook({ name: 'mine', stages }))"],
    ['something undefined, when it is loaded', 'undefined.name'],
  ]),
  ...rows('validate', fromStage, [
    ['a list of resources in the list of resources', '[stages[0].resources()]'],
    ['a resource that is undefined', "[host.name === 'b' ? file({ path: '/a', content: '' }) : undefined]"],
    ['one resource that is no list', 'stages[0].resources()[0]'],
    ['a stage that gives nothing', '{ stages[0].resources(); }'],
    ['a stage that gives a Promise', 'Promise.reject(new Error("oh"))'],
    ['a kind in place of a resource', '[file]'],
    ['what is wanted in place of a resource', "[{ path: '/etc/motd' }]"],
  ]),
  ...rows('validate', inStage, [
    ['a program as a function', '(JSON.parse)("{")'],
    ['a misspelt key of a kind', "[file({ path: '/etc/motd', contnet: 'x' })]"],
    [
      'a script with a value that is undefined',
      "[command({ name: 'x', run: sh`rm -r ${host.folder}/x`, creates: '/x' })]",
    ],
    ['a script with an object', '[sh`cat ${host.settings}`]'],
    ['a text where a Script is wanted', "[command({ name: 'x', run: 'true', creates: '/x' })]"],
    ['a text among Scripts', "[command({ name: 'x', run: lines([sh`true`, 'false']), creates: '/x' })]"],
    ['a text that is undefined', "[command({ name: 'x', run: raw(host.settings.run), creates: '/x' })]"],
    ['a Secret of nothing', "[file({ path: '/x', content: new Secret(host.settings.password) })]"],
    ['a command for a person that is a Script', '[host.onHost(sh`true`)]'],
    ['a refusal whose remedy is no list', "{ throw new Refusal('no', 'do this'); }"],
  ]),
  ...rows('validate', (wrote) => fromStage(wrote).replace(' // here', ''), [
    ['the same thing twice', '[...stages[0].resources(), ...stages[0].resources()]'],
    [
      'a reference to a host that is not there',
      "[file({ path: '/a', content: 'x' }), Object.assign(file({ path: '/b', content: 'x' }), { refs: [{ host: 'c', resource: 'x', pick: () => 1 }] })]",
    ],
  ]),
  ...rows('validate', kindOf, [
    ['a kind without `apply`', 'apply: undefined'],
    ['a kind with a misspelt function', 'restart: () => []'],
    ['a kind without a name', 'kind: undefined'],
    ['a kind whose `want` is no schema', 'want: { name: z.string() }'],
    ['an async `diff`', 'diff: async () => []'],
    ['an async `apply`', 'apply: async () => []'],
    ['an async `key`', 'async key() { return 1; }'],
    ['a `key` that is undefined', 'key: (want) => want.nam'],
    ['a `key` that is a number', 'key: () => 5'],
    ['a probe that is a Script', 'observe: () => sh`true`'],
    ['a probe that is undefined', 'observe: () => { sh`true`; }'],
    ['a probe whose script is a text', "observe: () => ({ script: 'true', parse: () => 1 })"],
    ['a probe whose `parse` is async', 'observe: () => ({ script: sh`true`, parse: async () => 1 })'],
  ]),
  ...rows(
    'validate',
    (wrote) =>
      kindOf(wrote)
        .replace(' // here', '')
        .replace(/ {2}stages: .*/, '$& // here'),
    [
      [
        'a check of a schema that is async',
        'want: z.strictObject({ name: z.string().refine(async () => true) })',
      ],
    ],
  ),
  ...rows('validate', named, [
    ['a check of a section that is async', 'stages, cluster: z.strictObject({}).refine(async () => true)'],
    ['a check of a section that throws', 'stages, cluster: z.strictObject({}).refine(() => undefined.name)'],
  ]),
  ...rows('plan', named, [
    [
      'a finding of a level that is none',
      "stages, inspect: () => [{ level: 'error', code: 'x', message: 'no', fix: [] }]",
    ],
    ['a finding without `fix`', "stages, inspect: () => [{ level: 'warn', code: 'x', message: 'no' }]"],
    ['a finding that is undefined', 'stages, inspect: () => [undefined]'],
    [
      'a finding with a `fix` that is a text',
      "stages, inspect: () => [{ level: 'warn', code: 'x', message: 'no', fix: 'run again' }]",
    ],
    [
      'a finding of a host that is not there',
      "stages, inspect: () => [{ level: 'refuse', code: 'x', host: 'mail-01', message: 'no', fix: [] }]",
    ],
    ['a list of findings in the list', 'stages, inspect: ({ hosts }) => hosts.map(() => [])'],
    ['an `inspect` that gives nothing', 'stages, inspect: () => { [] }'],
    ['an `inspect` that gives a Promise', 'stages, inspect: () => Promise.reject(new Error("oh"))'],
    [
      'a fact that gives a Promise',
      'stages, facts: { f: { script: sh`true`, parse: () => Promise.resolve(1) } }',
    ],
  ]),
  ...rows('plan', atIts(named), [
    ['a secret by a text', "stages: [{ name: 'one', resources: (host, { secret }) => [secret('x')] }]"],
    [
      'a fact that is not named',
      "stages: [{ name: 'one', resources: ({ facts }) => [facts.machine.hostname] }]",
    ],
  ]),
  ...rows('plan', atIts(kindOf), [
    ['a reason that is none', 'observe: () => ({ script: sh`true`, parse: () => new Unobservable() })'],
    ['an `apply` that throws', 'apply: (want, have) => have.no.name'],
    [
      'an `apply` with a value that is undefined',
      "apply: (want, have) => [{ title: 'do it', script: sh`rm ${have.no}` }]",
    ],
  ]),
  ...rows('plan', kindOf, [
    [
      'a `parse` that gives a Promise',
      'observe: () => ({ script: sh`true`, parse: () => Promise.resolve(1) })',
    ],
    ['a `diff` that gives nothing', "diff: () => { compare('x', 1, 2); }"],
    ['a `diff` that gives one change', "diff: () => ({ field: 'x', from: 1, to: 2 })"],
    ['a list of changes in the list', "diff: () => [compare('x', 1, 2), compare('y', 1, 2)]"],
    ['a change from what is undefined', "diff: (want, have) => [{ field: 'x', from: have.no, to: 'new' }]"],
    ['a change with a misspelt key', "diff: () => [{ feild: 'x', from: 1, to: 2 }]"],
    ['a change to an object', "diff: () => [{ field: 'x', from: null, to: { a: 1 } }]"],
    ['an `apply` that gives nothing', 'apply: () => { sh`true`; }'],
    ['an `apply` that gives a Promise', 'apply: () => Promise.resolve([])'],
    ['an `apply` that gives Scripts', 'apply: () => [sh`true`]'],
    ['a step whose script is a text', "apply: () => [{ title: 'do it', script: 'true' }]"],
    ['a step without a title', 'apply: () => [{ script: sh`true` }]'],
    [
      'a step with a misspelt key',
      "apply: () => [{ title: 'do it', script: sh`true`, reboot: { within: 9 } }]",
    ],
    [
      'a step that ends the machine, of a kind that does not',
      "apply: () => [{ title: 'do it', script: sh`true`, reboots: { within: 9 } }]",
    ],
    ['paths that are no list', "writes: () => '/etc/motd'"],
    ['a restart that does not say where', "restarts: () => [{ name: 'x' }]"],
    ['what lasts, as a text', "lasting: () => 'for good'"],
    ['a wait without its end', "settling: () => ({ progress: ['soon'] })"],
    ['an `output` that gives a Promise', 'output: () => Promise.resolve(1)'],
  ]),
  ...rows('plan', rolled, [
    ['a gate that is `false`', 'before: () => false'],
    ['a gate at a host that is not there', `after: () => ({ ${GATE.replace("'a'", "'mail-01'")} })`],
    ['a gate with a misspelt key', `before: () => ({ ${GATE}, patiense: 3 })`],
    ['gates of which one is none', `before: () => [undefined, { ${GATE} }, true]`],
    ['an `apart` that gives nothing', 'apart: () => { true; }'],
  ]),
  ...rows('run', rolled, [
    [
      'a gate whose `parse` gives nothing',
      `before: () => ({ ${GATE.replace('() => true', '() => { true; }')} })`,
    ],
    [
      'a gate whose `parse` gives `false`',
      `before: () => ({ ${GATE.replace('() => true', '() => false')} })`,
    ],
  ]),
  ...rows('run', atIts(rolled), [
    [
      'a gate whose `parse` throws',
      `before: () => ({ ${GATE.replace('() => true', '(output) => output.no.name')} })`,
    ],
  ]),
  ...rows('verb', atIts(named), [
    [
      'a question whose probe is async',
      "stages, status: () => [enquire(['a'], { script: sh`true`, parse: async () => 1 }, () => undefined)]",
    ],
  ]),
  ...rows('verb', named, [
    ['a table with a misspelt key', "stages, status: () => [{ title: 'x', colums: [], rows: [] }]"],
    [
      'a row with a cell too few',
      "stages, status: () => [{ title: 'x', columns: ['a', 'b'], rows: [['1']] }]",
    ],
    ['a table that is not in a list', "stages, status: () => ({ title: 'x', columns: [], rows: [] })"],
    [
      'a question that is read as nothing',
      "stages, status: () => [enquire(['a'], { script: sh`true`, parse: () => 1 }, () => undefined)]",
    ],
    [
      'a question to a host that is not there',
      "stages, status: () => [enquire(['c'], { script: sh`true`, parse: () => 1 }, () => undefined)]",
    ],
    ['logs by a text', "stages, logs: () => ({ host: 'a', script: 'journalctl' })"],
    ['records that are no question', "stages, dns: () => 'example.org. IN MX'"],
    [
      'a removal that does not say what stays',
      "stages, removeStack: () => ({ host: 'a', goes: [], steps: [] })",
    ],
    ['a look from outside that does not say at what', 'stages, check: () => ({ look: async () => [] })'],
    [
      'a look from outside that does not say what is wrong',
      "stages, check: () => ({ hosts: ['a'], look: async () => [{ host: 'a', table: { title: 'x', columns: [], rows: [] }, good: [], notes: [], harmful: false }] })",
    ],
  ]),
  {
    title: 'a look from outside that fails by a mistake',
    wrote: "check: () => ({ hosts: ['a'], look: async () => undefined.rows })",
    found: 'verb',
    files: {
      'mine.ts': `${IMPORTS}const check = () => ({ hosts: ['a'], look });\nconst look = async () => undefined.rows; // here\nexport default definePlaybook({ name: 'mine', stages, check });\n`,
    },
  },
  {
    title: 'two files that import each other',
    wrote: "import { B } from './kinds.ts' in mine.ts, import { A } from './mine.ts' in kinds.ts",
    found: 'validate',
    files: {
      'mine.ts': `${IMPORTS}import { B } from './kinds.ts';\nexport const A = 'a';\nexport default definePlaybook({ name: 'mine', stages: B(stages) });\n`,
      'kinds.ts': "import { A } from './mine.ts'; // here\nexport const B = (stages) => (A, stages);\n",
    },
  },
  {
    title: 'three files in a circle, below the playbook',
    wrote: 'mine.ts imports a.ts, that b.ts, that c.ts, that a.ts',
    found: 'validate',
    files: {
      'mine.ts': `${IMPORTS}import { A } from './a.ts';\nexport default definePlaybook({ name: 'mine', stages: A(stages) });\n`,
      'a.ts': "import { B } from './b.ts';\nexport const A = (x) => B(x);\n",
      'b.ts': "export { C as B } from './c.ts';\n",
      'c.ts': "\nimport { A } from './a.ts'; // here\nexport const C = (x) => (A, x);\n",
    },
  },
  {
    title: 'a file that imports itself',
    wrote: "import own from './mine.ts' in mine.ts",
    found: 'validate',
    files: {
      'mine.ts': `${IMPORTS}import own from './mine.ts'; // here\nexport default definePlaybook({ name: 'mine', stages: own ?? stages });\n`,
    },
  },
];
