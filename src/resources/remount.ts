import { z } from 'zod';
import { unitProperty, unitState } from '../facts/index.ts';
import { defineResource, ProbeError, Unobservable } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { mountUnit } from './mount-unit.ts';
import { absolutePath } from './path.ts';
import { startedAnew } from './stopped.ts';

const want = z.strictObject({
  /** The mount point. */
  where: absolutePath,
});

/**
 * A file system that is mounted as its unit says now. Docker is stopped for it, and whatever else uses the mount by its
 * unit; it is started again. Only for a person who asked for it.
 */
export const remount = defineResource({
  kind: 'remount',
  want,
  key: ({ where }) => where,

  observe: ({ where }) => ({
    script: sh`
      ${unitState(mountUnit(where))} >/dev/null || exit 66
      t=$(${unitProperty(mountUnit(where), 'ActiveEnterTimestamp')})
      [ -n "$t" ] || { echo none; exit 0; }
      echo "$(date -d "$t" +%s.%6N) $(stat -c %.6Y -- ${`/etc/systemd/system/${mountUnit(where)}`})"`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError(`could not look since when ${where} is mounted`, output);
      if (output.stdout === 'none\n') return new Unobservable(`${where} is not mounted`);
      const [since, written] = output.stdout.trim().split(' ').map(Number);
      return (written ?? 0) > (since ?? 0);
    },
  }),

  diff: (_wanted, outdated) =>
    outdated ? [{ field: 'mounted', from: 'before its unit was changed', to: 'as its unit says' }] : [],

  restarts: (_wanted, changes) => (changes.length > 0 ? [startedAnew('docker.service')] : []),

  apply: ({ where }) => [
    {
      title: `mount ${where} anew`,
      script: sh`
        docker=$(systemctl is-active docker.service)
        systemctl daemon-reload || exit 1
        systemctl stop docker.service docker.socket 2>/dev/null
        systemctl restart -- ${mountUnit(where)}
        code=$?
        # Also where something has kept it busy: it is mounted as it was, and Docker has no reason to stay away.
        [ "$docker" != active ] || systemctl start docker.socket docker.service || exit
        [ "$code" -eq 0 ] || { systemctl status -- ${mountUnit(where)} >&2; exit 1; }`,
    },
  ],
});
