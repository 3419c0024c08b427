import { MOUNT_MARK } from '../facts/index.ts';

export interface MountUnit {
  readonly where: string;
  readonly what: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly after: readonly string[];
  readonly onFailure?: string | undefined;
  readonly timeout: number;
}

/** The unit of a mount point (systemd.unit(5), "String Escaping for Inclusion in Unit Names"). */
export function mountUnit(where: string): string {
  const escaped = (part: string) =>
    [...Buffer.from(part, 'utf8')]
      .map((byte, index) => {
        const char = String.fromCharCode(byte);
        return /[\w:]/.test(char) || (char === '.' && index > 0)
          ? char
          : `\\x${byte.toString(16).padStart(2, '0')}`;
      })
      .join('');
  return `${where
    .split('/')
    .filter((part) => part !== '')
    .map(escaped)
    .join('-')}.mount`;
}

/** The unit's file (systemd.mount(5)). */
export function unitText({ where, what, type, options, after, onFailure, timeout }: MountUnit): string {
  const units = ['network-online.target', ...after].join(' ');
  return [
    MOUNT_MARK,
    '[Unit]',
    `Description=${where}, the same on all nodes`,
    `Wants=${units}`,
    `After=${units}`,
    ...(onFailure === undefined ? [] : [`OnFailure=${onFailure}`]),
    'StartLimitIntervalSec=0',
    '',
    '[Mount]',
    `What=${what}`,
    `Where=${where}`,
    `Type=${type}`,
    `Options=${options.join(',')}`,
    `TimeoutSec=${timeout}`,
    '',
    '[Install]',
    'WantedBy=remote-fs.target',
    '',
  ].join('\n');
}
