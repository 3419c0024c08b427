import { z } from 'zod';
import { defineResource, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { detached } from './detached.ts';

const want = z.strictObject({
  /** The packages, by their names in the repositories. */
  names: z.array(z.string().regex(/^[A-Za-z0-9][\w+.-]*$/, 'expected the name of a package')).min(1),
});

/**
 * RPM packages that are installed by dnf, without weak dependencies, with signatures checked as the repository says. dnf waits for
 * another one that runs by itself. A lost connection does not interrupt it.
 */
export const dnfPackages = defineResource({
  kind: 'dnf-packages',
  want,
  key: ({ names }) => names.join(' '),

  observe: ({ names }) => ({
    script: sh`
      command -v rpm >/dev/null || { echo 'there is no rpm' >&2; exit 66; }
      for name in ${names}; do
        version=$(LC_ALL=C rpm -q --qf '%{VERSION}-%{RELEASE}\n' -- "$name" 2>&1)
        case $? in
          0) printf 'installed %s %s\n' "$name" "$version" ;;
          1) case $version in *'is not installed'*) ;; *) echo "$version" >&2; exit 66 ;; esac ;;
          *) echo "$version" >&2; exit 66 ;;
        esac
      done`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not ask rpm which packages are installed', output);
      const rows = output.stdout.split('\n').map((line) => line.split(' '));
      return new Set(rows.filter(([word]) => word === 'installed').map(([, name = '']) => name));
    },
  }),

  diff: ({ names }, have) =>
    names.filter((name) => !have.has(name)).map((field) => ({ field, from: null, to: 'installed' })),

  apply: (_want, _have, changes) => [
    {
      title: `install ${changes.map(({ field }) => field).join(', ')}`,
      script: detached(
        sh`dnf -y --setopt=install_weak_deps=False install -- ${changes.map(({ field }) => field)}`,
      ),
    },
  ],
});
