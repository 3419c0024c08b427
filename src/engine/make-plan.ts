import type { Finding } from '../errors/index.ts';
import { byName, type Resource } from '../resource/index.ts';
import { throughLeftOut } from './about-another.ts';
import { type BuiltStage, isRolled } from './built-stage.ts';
import { isConsequence, withoutConsequences } from './consequences.ts';
import { couldNotLook, unseenOf } from './could-not-look.ts';
import { type Judged, judgeHost, needsWork } from './judge.ts';
import type { HostFailure, Plan, PlanItem, PlanStage } from './plan.ts';
import { reached } from './reach.ts';
import { rehearsed, rehearseGates } from './rehearse.ts';
import { leftOut, resolver } from './resolve.ts';
import type { Run } from './run.ts';
import { isUndecided } from './undecided.ts';

/** Compares what should hold with what the hosts have said. What could not be looked at is in the plan, and told nobody. */
export function makePlan(run: Run, built: readonly BuiltStage[], findings: readonly Finding[]): Plan {
  const { inventory, selected, onHost } = run.options;
  const stages: { order: number; stage: PlanStage }[] = [];
  const refused: Finding[] = [];
  const unseen: HostFailure[] = [];
  // What a playbook has refused as a whole is why its stages cannot know what to do.
  const told = new Set(findings.map(({ message }) => message));
  const resolve = resolver(run, built);
  const looked = reached(run)
    .filter(({ host }) => selected.has(host.name))
    .map(({ host, outputs }) => ({
      host,
      stagesOf: judgeHost(built, host.name, outputs).map((stage) =>
        stage.map((judged) => rehearsed(judged, resolve)),
      ),
    }));
  const settled = settledIn(looked.flatMap(({ stagesOf }) => stagesOf.flat()));
  for (const { host, stagesOf } of looked) {
    for (const error of couldNotLook(unseenOf(stagesOf.flat())))
      if (!isConsequence(error.message, host.name, findings)) unseen.push({ host: host.name, error });
    let exact = true;
    stagesOf.forEach((judged, order) => {
      refused.push(...leftOut(host.name, judged, run, built));
      const { playbook, stage } = built[order] as BuiltStage;
      for (const { resource, verdict } of judged) {
        if (verdict.state !== 'refused') continue;
        const { message } = verdict.refusal;
        const here = isUndecided(resource) ? message : `${host.name}: ${message}`;
        if (!told.has(message) && !told.has(here)) {
          told.add(here);
          refused.push({
            level: 'refuse',
            code: 'refused',
            host: host.name,
            message,
            fix: verdict.refusal.lines((command) => onHost(host.name, command)),
          });
        }
      }
      const items = judged
        .filter(needsWork)
        .filter(isPlannable)
        .map((one) => planItem(one, settled));
      if (items.length === 0) return;
      rehearseGates(built[order] as BuiltStage, host.name);
      stages.push({
        order,
        stage: {
          playbook: playbook.name,
          stage: stage.name,
          host: host.name,
          items,
          exact,
          rolling: isRolled(built[order] as BuiltStage, host.name),
        },
      });
      if (items.some(({ changes }) => changes.length > 0)) exact = false;
    });
  }
  refused.push(...throughLeftOut(run, built));
  return {
    cluster: inventory.cluster,
    stages: stages.toSorted((a, b) => a.order - b.order).map(({ stage }) => stage),
    findings: withoutConsequences([...findings, ...refused]),
    failures: [...run.failures(), ...unseen].toSorted((a, b) => byName({ name: a.host }, { name: b.host })),
    hosts: inventory.hosts.map(({ name }) => ({ name, selected: selected.has(name) })),
  };
}

/** What could not be looked at fails its host, and is told. */
export function failUnseen({ failures }: Plan, run: Run): void {
  const known = new Set(run.failures().map(({ error }) => error));
  for (const { host, error } of failures) if (!known.has(error)) run.fail(host, error);
}

/** What failed or is refused is told for itself. */
const isPlannable = ({ verdict }: Judged) => verdict.state !== 'failed' && verdict.state !== 'refused';

/** What some host has as it should be, by kind and key. */
function settledIn(judged: readonly Judged[]): ReadonlyMap<string, Resource> {
  return new Map(judged.flatMap((one) => (needsWork(one) ? [] : [[one.resource.id, one.resource]])));
}

function planItem({ resource, verdict }: Judged, settled: ReadonlyMap<string, Resource>): PlanItem {
  const other = settled.get(resource.id);
  return {
    elsewhere: other === undefined ? false : resource.isLike(other) ? 'same' : 'other',
    kind: resource.kind,
    key: resource.key,
    origin: resource.origin,
    changes: verdict.state === 'observed' ? verdict.changes : [],
    restarts: verdict.state === 'observed' ? verdict.restarts : [],
    lasting: 'lasting' in verdict ? verdict.lasting : [],
    unknown: verdict.state === 'unobservable' ? verdict.reason : undefined,
  };
}
