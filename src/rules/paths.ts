/** Directories that belong to the system whole: what is put into them is removed, replaced, hidden or kept from programs. */
const SYSTEM: Readonly<Record<string, string>> = {
  '/bin': 'the programs of the system',
  '/boot': 'what the machine starts with',
  '/dev': 'devices',
  '/etc': 'the settings of the system',
  '/lib': 'the libraries of the system',
  '/lib32': 'the libraries of the system',
  '/lib64': 'the libraries of the system',
  '/libx32': 'the libraries of the system',
  '/lost+found': 'what a repair of the file system finds',
  '/nix': 'the programs of the system',
  '/proc': 'the processes of the kernel',
  '/root': "root's own files, which no service may read",
  '/run': 'what is gone after a restart',
  '/sbin': 'the programs of the system',
  '/snap': 'programs',
  '/sys': 'the settings of the kernel',
  '/sysroot': 'the programs of the system',
  '/tmp': 'what is gone after a restart',
  '/usr': 'the programs of the system',
  '/var/backups': "the system's own backups",
  '/var/cache': 'what may be deleted at any time',
  '/var/lib/apt': 'the lists of packages',
  '/var/lib/containerd': "containerd's own state",
  '/var/lib/docker': "Docker's own state",
  '/var/lib/dpkg': 'the list of what is installed',
  '/var/lib/glusterd': "GlusterFS's own state",
  '/var/lib/rpm': 'the list of what is installed',
  '/var/lib/systemd': "systemd's own state",
  '/var/lock': 'what is gone after a restart',
  '/var/log': 'logs, which are deleted in time',
  '/var/run': 'what is gone after a restart',
  '/var/tmp': 'what is deleted in time',
};

/** Directories that hold those of others. One below them is right; they themselves are not. */
const SHARED: Readonly<Record<string, string>> = {
  '/': 'everything',
  '/home': 'the homes of all users',
  '/media': 'disks that somebody plugs in',
  '/mnt': 'what somebody mounts for a moment',
  '/opt': 'programs that somebody has installed',
  '/srv': 'the data of all services, bricks included',
  '/var': 'the state of all programs',
  '/var/lib': 'the state of all programs',
  '/var/mail': 'mail of local users',
  '/var/spool': 'the queues of all programs',
  '/var/spool/mail': 'mail of local users',
};

/** Why this cannot be the path of a directory at all; `undefined` where it can. */
export function formMistake(path: string): string | undefined {
  if (!path.startsWith('/')) return 'expected an absolute path, which begins with `/`';
  if (path !== '/' && path.endsWith('/')) return 'a path is written without a slash at its end';
  if (path.includes('//')) return 'a path has one slash between two names';
  const names = path.slice(1).split('/');
  const dots = names.find((name) => name === '.' || name === '..');
  if (dots !== undefined) return `write where it leads to, without \`${dots}\``;
  if (names.some((name) => Buffer.byteLength(name) > 255))
    return 'a name in a path has at most 255 characters';
  if (path !== '/' && !names.every((name) => /^[\w.-]+$/.test(name)))
    return 'expected an absolute path of letters, digits, `.`, `_` and `-`';
  return undefined;
}

/** Why data cannot be kept in this directory; `undefined` where it can. `path` has the form of a path. */
export function placeMistake(path: string): string | undefined {
  const shared = SHARED[path];
  if (shared !== undefined)
    return `${path} has ${shared}; use a directory of its own${path === '/' ? '' : `, such as ${path}/mailu`}`;
  return systemMistake(path);
}

/** Why no machine, whoever's it is, keeps data in this directory. */
export function systemMistake(path: string): string | undefined {
  const system = Object.keys(SYSTEM).find((place) => path === place || path.startsWith(`${place}/`));
  if (system === undefined) return undefined;
  return `${system} has ${SYSTEM[system]}; use a directory of its own, such as /srv/mailu`;
}

/** How one directory lies to another, in words; `undefined` where neither is in the other. */
export function nested(path: string, other: string): 'the same as' | 'inside' | 'around' | undefined {
  if (path === other) return 'the same as';
  if (path.startsWith(other === '/' ? '/' : `${other}/`)) return 'inside';
  return other.startsWith(path === '/' ? '/' : `${path}/`) ? 'around' : undefined;
}
