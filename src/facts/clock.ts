import { type Probe, ProbeError } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { unitState } from './systemd-units.ts';

/** Programs that keep a clock right, by their units. */
const KEEPERS = [
  'chrony.service',
  'chronyd.service',
  'systemd-timesyncd.service',
  'ntpsec.service',
  'ntp.service',
  'ntpd.service',
  'openntpd.service',
] as const;

export interface ClockFacts {
  /** Units that are installed, those that run first, then those that are to run. Two of them conflict as packages. */
  readonly keepers: readonly {
    /** The unit, by its full name. */
    readonly unit: string;
    /** Whether it runs now. */
    readonly active: boolean;
    /** Whether it is started at a boot. */
    readonly enabled: boolean;
  }[];
}

/** What keeps the clock of a host right. An alias of a unit (Debian's chronyd.service) is the unit itself. */
export const clockFacts: Probe<ClockFacts> = {
  script: lines([
    raw('[ -d /run/systemd/system ] || exit 0'),
    ...KEEPERS.map((unit) => sh`${unitState(unit)} && echo || exit`),
  ]),
  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not ask systemd what keeps the clock', output);
    const units = output.stdout
      .trim()
      .split(/\n\n+/)
      .filter((block) => block !== '')
      .map((block) => new Map(block.split('\n').map((line) => line.split('=', 2) as [string, string])));
    const usable = units
      .filter((unit) => unit.get('LoadState') === 'loaded')
      .map((unit) => ({
        unit: unit.get('Id') ?? '',
        active: unit.get('ActiveState') === 'active',
        enabled: unit.get('UnitFileState') === 'enabled',
      }));
    const once = usable.filter(
      ({ unit }, index) => usable.findIndex((other) => other.unit === unit) === index,
    );
    return { keepers: once.toSorted((a, b) => rank(b) - rank(a)) };
  },
};

function rank({ active, enabled }: ClockFacts['keepers'][number]): number {
  return Number(active) * 2 + Number(enabled);
}
