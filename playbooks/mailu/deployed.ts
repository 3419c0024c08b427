import type { Mailu, ServiceName } from '../settings/mailu.ts';

/** Which services there are. */
export function servicesOf(mailu: Mailu): readonly ServiceName[] {
  return [
    'front',
    'redis',
    'admin',
    'imap',
    'smtp',
    'antispam',
    ...(mailu.webmail === 'none' ? [] : (['webmail'] as const)),
    ...(mailu.antivirus ? (['antivirus'] as const) : []),
    ...(mailu.webdav ? (['webdav'] as const) : []),
    ...(mailu.fetchmail ? (['fetchmail'] as const) : []),
    ...(mailu.oletools ? (['oletools'] as const) : []),
    ...(mailu.tika ? (['tika'] as const) : []),
  ];
}
