import { z } from 'zod';
import { type Change, compare, defineResource, ProbeError } from '../../resource/index.ts';
import { lines, type Script, sh } from '../../shell/index.ts';
import { lookAt, readPath } from '../path.ts';
import { writeFile } from '../write-file.ts';

/** Read after all that a distribution brings, `99-sysctl.conf` among it (sysctl.d(5): by name, the last wins). */
export const SYSCTL_CONF = '/etc/sysctl.d/zz-provision.conf';

export const kernelSetting = z
  .string()
  .regex(/^[\w-]+([./][\w.-]+)+$/, 'expected the name of a kernel setting, as in net.core.somaxconn');
const value = z
  .union([z.number().int(), z.string().regex(/^[^\n\0]+$/, 'expected one line')])
  .transform((given) => String(given).trim().split(/\s+/).join(' '));

const want = z
  .strictObject({
    /** Values by the names of settings. */
    settings: z.record(kernelSetting, value),
  })
  .transform(({ settings }) => ({ settings, content: contentOf(settings) }));

/**
 * Kernel settings, as they are now and as they will be after a boot. What is no longer wanted leaves the file and keeps
 * its value until the next boot, because nobody knows what it was.
 */
export const sysctl = defineResource({
  kind: 'sysctl',
  want,
  key: () => SYSCTL_CONF,

  observe: ({ settings }) => ({
    script: sh`
      ${lines(
        Object.keys(settings).map(
          (key) => sh`
            if [ -e ${pathOf(key)} ]; then printf '%s\n' "$(cat -- ${pathOf(key)})" || exit 66; else echo; fi`,
        ),
      )}
      ${lookAt(SYSCTL_CONF, sh`cat -- "$p" || exit 66`)}`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not read the settings of the kernel', output);
      const keys = Object.keys(settings);
      const rows = output.stdout.split('\n');
      const now = new Map(keys.map((key, index) => [key, (rows[index] ?? '').trim().split(/\s+/).join(' ')]));
      const file = readPath(SYSCTL_CONF, { ...output, stdout: rows.slice(keys.length).join('\n') });
      return { now, file: file === null ? null : file.rest };
    },
  }),

  diff({ settings, content }, have): readonly Change[] {
    const running = Object.entries(settings).flatMap(([key, wanted]) =>
      compare(key, have.now.get(key) || null, wanted),
    );
    return [...running, ...compare('after a boot', have.file || null, content || null)];
  },

  apply: ({ settings, content }, _have, changes) => [
    {
      title: `set ${changes.map(({ field }) => field).join(', ')}`,
      script: sh`
        mkdir -p -m 0755 /etc/sysctl.d || exit 1
        (${writeFile({ path: SYSCTL_CONF, content, mode: '0644', owner: 'root', group: 'root' })}) || exit 1
        ${lines(Object.entries(settings).map(([key, wanted]) => set(key, wanted)))}`,
    },
  ],
});

/** Not by sysctl(8), which a small system does not have. */
function set(key: string, wanted: string): Script {
  return sh`printf '%s\n' ${wanted} | cat >${pathOf(key)} || { echo ${`the kernel does not take ${key} = ${wanted}`} >&2; exit 1; }`;
}

function contentOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, wanted]) => `${key} = ${wanted}\n`)
    .join('');
}

/** sysctl(8): where the first separator is a slash, dots are part of a name. */
function pathOf(key: string): string {
  const slashes = /^[\w-]+\//.test(key);
  return `/proc/sys/${slashes ? key : key.replaceAll('.', '/')}`;
}
