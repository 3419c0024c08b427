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

interface ServiceChange extends Change {
  readonly service: string;
  /** Whether it is there at all, one of its settings, whether its tasks run, or whether its name is found. */
  readonly about: 'service' | 'setting' | 'tasks' | 'name';
  readonly setting?: string;
}

/**
 * A stack: its services as the stack file says, and running. Services that only somebody else can have put into it stay.
 * Managers only.
 */
export const stack = defineResource({
  kind: 'stack',
  want,
  key: ({ name }) => name,

  observe: ({ name }) => stackProbe(name),

  diff({ name: stackName, services, known, keeps }, live): readonly ServiceChange[] {
    const gone = [...live.keys()].filter((name) => known.includes(name));
    const names = [...new Set([...services.keys(), ...gone])].toSorted();
    return names.flatMap((service): readonly ServiceChange[] => {
      const wanted = services.get(service);
      const have = live.get(service);
      if (wanted === undefined || have === undefined) {
        const [from = null, to = null] = [have?.fields.get('image'), wanted?.get('image')];
        return [{ service, about: 'service', field: `service ${service}`, from, to }];
      }
      const kept = keeps[service];
      if (kept !== undefined) refuseElsewhere(`${stackName}_${service}`, kept, wanted, have.fields);
      refuseOtherMode(`${stackName}_${service}`, wanted, have.fields);
      const changes = differing(wanted, have.fields).map((setting) => ({
        service,
        about: 'setting' as const,
        setting,
        field: `${service} ${setting}`,
        from: shown(setting, have.fields.get(setting)),
        to: shown(setting, wanted.get(setting)),
      }));
      const { running, expected, text } = have.progress;
      if (changes.length > 0) return changes;
      if (running < expected) {
        const to = `${expected} of ${expected} running`;
        return [{ service, about: 'tasks', field: `${service} tasks`, from: text, to }];
      }
      if (have.lost.length === 0) return [];
      const from = `not found in ${have.lost.join(', ')}`;
      return [{ service, about: 'name', field: `${service} name`, from, to: 'found' }];
    });
  },

  /** A service that is there and changes gets new tasks; one that goes has none any more. */
  restarts({ updates }, changes) {
    const gone = changes.filter(isRemoval).map(({ service }) => service);
    const anew = changes
      .filter(({ about }) => about === 'setting' || about === 'name')
      .map(({ service }) => service);
    return [
      ...gone.map((name) => ({ name, here: false, pause: 'for good' })),
      ...[...new Set(anew)].map((name) => {
        const pause = updates[name]?.pause;
        return pause === undefined ? { name, here: false } : { name, here: false, pause };
      }),
    ];
  },

  lasting: ({ updates }, changes) =>
    changes.flatMap(({ service, setting, from, to }) => {
      const lasting = setting === 'image' ? updates[service]?.lasting : undefined;
      return lasting === undefined ? [] : [`${lasting} (${from} to ${to})`];
    }),

  apply: ({ name, compose }, live, changes) => [
    ...changes.filter(isRemoval).map(({ service }) => ({
      title: `remove ${service}`,
      script: sh`docker service rm ${`${name}_${service}`} >/dev/null`,
    })),
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
    ...changes.filter(isOfRunning).flatMap(({ service, about }) =>
      about === 'tasks' && live.get(service)?.progress.failed === undefined
        ? []
        : [
            {
              title: `try ${service} again`,
              script: sh`docker service update --quiet --detach --force ${`${name}_${service}`} >/dev/null`,
            },
          ],
    ),
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

const isRemoval = ({ about, to }: ServiceChange) => about === 'service' && to === null;
/** It is what it should be, and does not run as it should, or swarm's DNS has lost it and does not find it again (moby#37535, moby#53141). */
const isOfRunning = ({ about }: ServiceChange) => about === 'tasks' || about === 'name';

/** Seconds beyond their time that services get which run, and have not run for long. */
const STEADYING = 15;

/** A field's value for the plan: one of a variable that somebody has set by hand may be a password. */
function shown(field: string, value: Shown | undefined): Shown {
  if (value === undefined || value === null) return null;
  return field.startsWith('environment ') && looksSecret(field) ? MASK : value;
}
