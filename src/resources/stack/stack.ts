import { z } from 'zod';
import { type Change, defineResource, Refusal, type Settling, type Shown } from '../../resource/index.ts';
import { looksSecret, MASK, sh } from '../../shell/index.ts';
import { parseCompose } from './compose.ts';
import { kept, refuseElsewhere } from './elsewhere.ts';
import { differing, type Fields } from './fields.ts';
import { stackProbe } from './stack-probe.ts';
import { wantedServices } from './wanted.ts';

const want = z
  .strictObject({
    /** Its name in the swarm. */
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected the name of a stack'),
    /** The stack file. Only what swarm keeps: what it would ignore is an error. */
    compose: z.string(),
    /** Services that the stack may have had by the same hand: one that the file does not have is removed. Any other is somebody's. */
    known: z.array(z.string()).readonly().default([]),
    /** What it means that a service gets new tasks (`pause`: how long it is away) or another image (`lasting`: what no run takes back). */
    updates: z
      .record(
        z.string(),
        z
          .strictObject({
            /** For how long it is away, for people. */
            pause: z.string().optional(),
            /** What no run takes back, in a clause. */
            lasting: z.string().optional(),
          })
          .readonly(),
      )
      .default({}),
    /** What services keep where their variables say, by service. */
    keeps: z.record(z.string(), kept).default({}),
    /** Seconds that services may take to run. */
    patience: z.int().positive().default(600),
  })
  .transform((stack) => ({ ...stack, services: wantedServices(stack.name, parseCompose(stack.compose)) }));

/**
 * A stack: its services as the stack file says, and running. Services that only somebody else can have put into it stay.
 * Managers only.
 */
export const stack = defineResource({
  kind: 'stack',
  want,
  key: ({ name }) => name,

  observe: ({ name }) => stackProbe(name),

  diff({ name: stackName, services, known, keeps }, live): readonly Change[] {
    const gone = [...live.keys()].filter((name) => known.includes(name));
    const names = [...new Set([...services.keys(), ...gone])].toSorted();
    return names.flatMap((name): readonly Change[] => {
      const wanted = services.get(name);
      const have = live.get(name);
      if (wanted === undefined)
        return [{ field: `service ${name}`, from: have?.fields.get('image') ?? null, to: null }];
      if (have === undefined)
        return [{ field: `service ${name}`, from: null, to: wanted.get('image') ?? null }];
      const kept = keeps[name];
      if (kept !== undefined) refuseElsewhere(`${stackName}_${name}`, kept, wanted, have.fields);
      refuseOtherMode(`${stackName}_${name}`, wanted, have.fields);
      const changes = differing(wanted, have.fields).map((field) => ({
        field: `${name} ${field}`,
        from: shown(field, have.fields.get(field)),
        to: shown(field, wanted.get(field)),
      }));
      const { running, expected, text } = have.progress;
      if (changes.length > 0) return changes;
      if (running < expected)
        return [{ field: name + TASKS, from: text, to: `${expected} of ${expected} running` }];
      return have.lost.length === 0
        ? []
        : [{ field: name + NAME, from: `not found in ${have.lost.join(', ')}`, to: 'found' }];
    });
  },

  /** A service that is there and changes gets new tasks; one that goes has none any more. */
  restarts({ services, updates }, changes) {
    const names = changes
      .filter(({ field }) => !field.endsWith(TASKS))
      .map(({ field }) => field.split(' ')[0] ?? '')
      .filter((name) => services.has(name));
    const gone = changes.filter(isRemoval).map(({ field }) => field.slice(SERVICE.length));
    return [
      ...gone.map((name) => ({ name, here: false, pause: 'for good' })),
      ...[...new Set(names)].map((name) => {
        const pause = updates[name]?.pause;
        return pause === undefined ? { name, here: false } : { name, here: false, pause };
      }),
    ];
  },

  lasting: ({ updates }, changes) =>
    changes.flatMap(({ field, from, to }) => {
      const [name = '', what] = field.split(' ');
      const lasting = what === 'image' ? updates[name]?.lasting : undefined;
      return lasting === undefined ? [] : [`${lasting} (${from} to ${to})`];
    }),

  apply: ({ name, compose }, live, changes) => [
    ...changes.filter(isRemoval).map(({ field }) => {
      const service = field.slice(SERVICE.length);
      return {
        title: `remove ${service}`,
        script: sh`docker service rm ${`${name}_${service}`} >/dev/null`,
      };
    }),
    ...(changes.every((change) => isOfRunning(change) || isRemoval(change))
      ? []
      : [
          {
            title: `check the stack file of ${name}`,
            script: sh`
              docker stack config --help >/dev/null 2>&1 || exit 0
              printf %s ${compose} | docker stack config --compose-file - >/dev/null`,
          },
          {
            title: `deploy ${name}`,
            script: sh`
              help=$(docker stack deploy --help) || exit 1
              case $help in *--detach*) detach=--detach ;; *) detach= ;; esac
              printf %s ${compose} | docker stack deploy --compose-file - --resolve-image changed --with-registry-auth $detach ${name}`,
          },
        ]),
    // Docker has given up, or waits longer and longer: what was wrong may be mended by now.
    ...changes.filter(isOfRunning).flatMap(({ field }) => {
      const service = field.slice(0, field.lastIndexOf(' '));
      return field.endsWith(TASKS) && live.get(service)?.progress.failed === undefined
        ? []
        : [
            {
              title: `try ${service} again`,
              script: sh`docker service update --quiet --detach --force ${`${name}_${service}`} >/dev/null`,
            },
          ];
    }),
  ],

  settling({ services, patience }, live): Settling | undefined {
    const there = [...services].flatMap(([name, wanted]) => {
      const service = live.get(name);
      if (service === undefined) return [];
      // A state that is left from an earlier update says nothing where the service is as it should be.
      const { back, failed, settled, text } = service.progress;
      const undone = back !== undefined && differing(wanted, service.fields).length > 0;
      const nameless = settled && service.lost.length > 0;
      return [
        {
          name,
          service,
          text: nameless ? `${text}, not found by its name` : text,
          settled: settled && !undone && !nameless,
          failed: undone ? back : failed,
        },
      ];
    });
    const going = there.filter(({ settled }) => !settled);
    const failures = going.filter(({ failed }) => failed !== undefined);
    if (going.length === 0) return undefined;
    // What runs has only to go on for a few seconds more.
    const runs = going.every(({ service: { progress } }) => progress.running >= progress.expected);
    return {
      progress: going.map(({ name, text }) => `${name}: ${text}`),
      patience: runs ? patience + STEADYING : patience,
      ...(failures.length === 0
        ? {}
        : { failed: failures.map(({ name, failed }) => `service ${name}: ${failed}`).join('; ') }),
      details: (failures.length === 0 ? going : failures).flatMap(({ name, service }) =>
        service.log.map((line) => `${name}: ${line}`),
      ),
    };
  },
});

/** @throws Refusal for what Docker refuses when other services have been changed already (swarmkit, errModeChangeNotAllowed). */
function refuseOtherMode(service: string, wanted: Fields, have: Fields): void {
  const [is, becomes] = [have, wanted].map((fields) => fields.get('mode'));
  if (is === becomes) return;
  throw new Refusal(
    `the service ${service} is ${is}, and is to be ${becomes}, which Docker changes in none that is there: it has to be made anew`,
    [
      {
        say: 'end it, with all that its containers alone have, and run again, which makes it; what it does is not there in between',
        run: sh`docker service rm ${service}`,
      },
    ],
  );
}

/** The field that says that a service does not run as it should, though it is what it should be. */
const TASKS = ' tasks';
/** That swarm's DNS has lost it, which it does not find again by itself (moby#37535, moby#53141). */
const NAME = ' name';
const SERVICE = 'service ';
const isRemoval = ({ field, to }: Change) => field.startsWith(SERVICE) && to === null;
const isOfRunning = ({ field }: Change) => field.endsWith(TASKS) || field.endsWith(NAME);

/** Seconds beyond their time that services get which run, and have not run for long. */
const STEADYING = 15;

/** A field's value for the plan: one of a variable that somebody has set by hand may be a password. */
function shown(field: string, value: Shown | undefined): Shown {
  if (value === undefined || value === null) return null;
  return field.startsWith('environment ') && looksSecret(field) ? MASK : value;
}
