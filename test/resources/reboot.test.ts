import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Change, type Refusal, refusingRestart, type Step } from '../../src/resource/index.ts';
import { reboot } from '../../src/resources/machine/reboot.ts';
import { type Script, sh } from '../../src/shell/index.ts';

const BOOT = '/proc/sys/kernel/random/boot_id';
const [FIRST, SECOND] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const DEBIAN = {
  uname: 'case $1 in -r) echo 6.1.0-17-amd64 ;; *) echo "#1 SMP Debian 6.1.69-1 (2023-12-30)" ;; esac',
};
const kernels = (...names: readonly string[]) =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`/lib/modules/${name}/x`, ''],
      [`/boot/vmlinuz-${name}`, ''],
    ]),
  );
/** As dnf's plugin says it (dnf-plugins-core, needs_restarting.py), and dnf5's. */
const DNF_NEEDS = `case $1$2 in
  *--help) exit 0 ;;
  -r | needs-restarting-r) printf 'Core libraries or services have been updated since boot-up:\\n  * kernel\\n  * systemd\\n\\nReboot is required to fully utilize these updates.\\nMore information: https://access.redhat.com/solutions/27943\\n'; exit 1 ;;
esac`;
const DNF_NO =
  'echo "No core libraries or services have been updated since boot-up."; echo "Reboot should not be necessary."';

/** A machine that has its files in a folder, and these programs before its own. */
function machine(
  shell: string,
  files: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-reboot-'));
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode });
  };
  const all = {
    'systemd-detect-virt': 'exit 1',
    'dpkg-query': 'exit 1',
    'systemd-run': `echo "$@" >${folder}/told`,
    ...programs,
  };
  for (const [name, text] of Object.entries(all)) put(`/bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  for (const [path, text] of Object.entries({ [BOOT]: `${FIRST}\n`, ...files })) put(path, text);
  const run = (script: Script) => {
    const [command = '', ...args] = shell.split(' ');
    const { status, stdout, stderr } = spawnSync(command, [...args, '-s'], {
      input: script
        .reveal()
        .replaceAll(
          /\/(proc\/sys\/kernel|run\/reboot|var\/lib\/(provision|dpkg|rpm)|usr\/lib\/sysimage|lib\/modules|boot\/)/g,
          `${folder}/$1`,
        ),
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    return { code: status ?? 255, stdout, stderr };
  };
  const look = (want: Parameters<typeof reboot>[0] = {}) => {
    const resource = reboot(want);
    const judged = resource.judge(run(resource.probe), { paths: new Set() });
    if (judged.state !== 'observed') throw new Error('not observed');
    return judged;
  };
  const steps = (want: Parameters<typeof reboot>[0] = {}) =>
    look(want).steps((ref) => ref.pick(undefined) as never);
  const changes = (want: Parameters<typeof reboot>[0] = {}): readonly Change[] => look(want).changes;
  return { folder, put, run, steps, changes };
}

const needed = (reason: string) => [{ field: 'reboot', from: `needed: ${reason}`, to: 'not needed' }];

describe.each(['dash', 'bash', 'busybox sh'])(
  'with %s, a machine says that it has to be rebooted',
  (shell) => {
    test.each([
      ['by its file', { '/run/reboot-required': '' }, DEBIAN, 'the system asks for it'],
      [
        'by its file, with packages',
        {
          '/run/reboot-required': '*** System restart required ***\n',
          '/run/reboot-required.pkgs': 'libc6\nlinux-image-amd64\nlibc6\n',
        },
        DEBIAN,
        'the system asks for it, for libc6, linux-image-amd64',
      ],
      [
        'by a newer kernel of its flavour',
        kernels('6.1.0-9-amd64', '6.1.0-17-amd64', '6.1.0-18-amd64', '6.1.0-20-cloud-amd64'),
        DEBIAN,
        'the kernel 6.1.0-18-amd64 is installed, and 6.1.0-17-amd64 runs',
      ],
      [
        'by a newer build of its kernel',
        kernels('6.1.0-17-amd64'),
        { ...DEBIAN, 'dpkg-query': 'printf 6.1.76-1' },
        'the build 6.1.76-1 of the kernel 6.1.0-17-amd64 is installed, and 6.1.69-1 runs',
      ],
      [
        'by a newer kernel of another minor release',
        {
          '/lib/modules/5.14.0-427.13.1.el9_4.x86_64/vmlinuz': '',
          '/lib/modules/5.14.0-70.el9.x86_64/vmlinuz': '',
        },
        { uname: 'case $1 in -r) echo 5.14.0-70.el9.x86_64 ;; *) echo "#1 SMP PREEMPT_DYNAMIC" ;; esac' },
        'the kernel 5.14.0-427.13.1.el9_4.x86_64 is installed, and 5.14.0-70.el9.x86_64 runs',
      ],
      [
        'by needs-restarting',
        {},
        { 'needs-restarting': DNF_NEEDS },
        'needs-restarting asks for it, for kernel, systemd',
      ],
      ['by dnf', {}, { dnf: DNF_NEEDS }, 'dnf needs-restarting asks for it, for kernel, systemd'],
    ])('%s', (_name, files, programs, reason) => {
      expect(
        machine(
          shell,
          files as Record<string, string>,
          programs as unknown as Record<string, string>,
        ).changes(),
      ).toEqual(needed(reason));
    });

    test.each([
      [
        'its kernel is the newest',
        kernels('6.1.0-9-amd64', '6.1.0-17-amd64', '6.1.0-20-cloud-amd64'),
        { ...DEBIAN, 'dpkg-query': 'printf 6.1.69-1' },
      ],
      ['a newer kernel has modules and no image', { '/lib/modules/6.1.0-18-amd64/x': '' }, DEBIAN],
      ['the kernel is its host’s', kernels('6.1.0-18-amd64'), { ...DEBIAN, 'systemd-detect-virt': 'exit 0' }],
      ['needs-restarting says no', kernels('6.1.0-18-amd64'), { ...DEBIAN, 'needs-restarting': DNF_NO }],
      [
        'dnf has no such command',
        {},
        { ...DEBIAN, dnf: 'echo "No such command: needs-restarting." >&2; exit 1' },
      ],
      ['the playbook says no', { '/run/reboot-required': '' }, DEBIAN],
    ])('or does not: %s', (name, files, programs) => {
      const want = name.startsWith('the playbook') ? { when: sh`exit 1` } : {};
      expect(
        machine(
          shell,
          files as Record<string, string>,
          programs as unknown as Record<string, string>,
        ).changes(want),
      ).toEqual([]);
    });

    test('what cannot be asked is an error, and not a no', () => {
      const broken = machine(
        shell,
        {},
        {
          'needs-restarting':
            'case $1 in --help) ;; *) echo "Error: the database cannot be read" >&2; exit 1 ;; esac',
        },
      );
      expect(() => broken.changes()).toThrow('whether the machine has to be rebooted: Error: the database');
      expect(() => machine(shell, {}, DEBIAN).changes({ when: sh`nothing-of-that-name` })).toThrow(
        'has to be rebooted',
      );
    });

    test('it is told to systemd, once, after which boot and why are written down; the next boot takes that away', () => {
      const one = machine(shell, { '/run/reboot-required': '' }, DEBIAN);
      const [go, after] = one.steps();
      expect([go?.reboots, after?.reboots]).toEqual([{ within: 600 }, undefined]);
      expect(one.run(go?.script as Script)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(join(one.folder, 'told'), 'utf8')).toMatch(/--on-active=2 .*systemctl reboot\n$/);
      expect(readFileSync(join(one.folder, '/var/lib/provision/reboot'), 'utf8')).toEqual(
        expect.stringMatching(new RegExp(`^${FIRST}/\\d+\nthe system asks for it\n$`)),
      );
      // Not gone down: it is told again.
      expect(one.changes()).toHaveLength(1);
      one.put(BOOT, `${SECOND}\n`);
      spawnSync('rm', [join(one.folder, '/run/reboot-required')]);
      expect(one.changes()).toEqual([]);
      expect(one.run(after?.script as Script).code).toBe(0);
      expect(existsSync(join(one.folder, '/var/lib/provision/reboot'))).toBe(false);
    });

    test('what its next boot says still is an error, and no run reboots it for that again', () => {
      const one = machine(shell, kernels('6.1.0-18-amd64', '6.1.0-17-amd64'), DEBIAN);
      const [go, after] = one.steps();
      one.run(go?.script as Script);
      one.put(BOOT, `${SECOND}\n`);
      // Also of a run that was killed before it could see that.
      expect(() => one.changes()).toThrow(
        'was rebooted for this already, and says so still: the kernel 6.1.0-18-amd64',
      );
      const { code, stderr } = one.run(after?.script as Script);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('says still that it has to be: the kernel'),
      });
      expect(() => one.changes()).toThrow('Another reboot would not end that');
      // Another reason is another need.
      one.put('/run/reboot-required', '');
      expect(one.changes()).toEqual(needed('the system asks for it'));
      spawnSync('rm', [join(one.folder, '/run/reboot-required')]);
      // The fix that is given with the refusal.
      expect(one.run(noteTakenAway(one)).code).toBe(0);
      expect(one.changes()).toHaveLength(1);
    });
  },
);

/** The command of the second fix. */
function noteTakenAway({ run }: ReturnType<typeof machine>): Script {
  const resource = reboot({});
  try {
    resource.judge(run(resource.probe), { paths: new Set() });
  } catch (error) {
    const fix = (error as Refusal).fix[1];
    if (typeof fix === 'object' && 'run' in fix) return fix.run;
  }
  throw new Error('it was not refused');
}

test('while packages are installed it is not rebooted', () => {
  const one = machine(
    'dash',
    { '/run/reboot-required': '', '/var/lib/dpkg/lock': '' },
    { ...DEBIAN, sleep: ':' },
  );
  const [go] = one.steps();
  const held = sh`exec 7>>/var/lib/dpkg/lock; flock -n 7 || exit 9`;
  const { code, stderr } = one.run(sh`${held}
    (${(go as Step).script.map((text) => text.replaceAll('-lt 600', '-lt 6'))})`);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('packages are being installed'),
  });
  expect(existsSync(join(one.folder, 'told'))).toBe(false);
});

test('a restart of the machine is one of each of its units', () => {
  const { run } = machine('dash', { '/run/reboot-required': '' }, DEBIAN);
  const resource = refusingRestart(reboot({}), 'docker.service', { message: 'locked', fix: [] });
  expect(() => resource.judge(run(resource.probe), { paths: new Set() })).toThrow('locked');
});
