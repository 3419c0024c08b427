import type { ServiceName } from '../settings/mailu.ts';

const ALL: readonly ServiceName[] = ['front', 'admin', 'imap', 'smtp', 'antispam', 'webmail', 'fetchmail'];
const ADMIN: readonly ServiceName[] = ['admin'];

const many = (names: string, readers: readonly ServiceName[]) =>
  names.split(' ').map((name) => [name, readers] as const);

/**
 * Who reads a variable that a person may add, by the sources of 2024.06.57: `start.py` and templates of each image, admin's
 * configuration.py, and what socrate makes of some for all (PROXY_PROTOCOL, PORTS). A service that is not given one that it reads
 * goes on with a default, without a word.
 */
export const READERS: Readonly<Record<string, readonly ServiceName[]>> = Object.fromEntries([
  ...many(
    'API_TOKEN AUTH_RATELIMIT AUTH_RATELIMIT_EXEMPTION AUTH_RATELIMIT_EXEMPTION_LENGTH AUTH_RATELIMIT_IP AUTH_RATELIMIT_IP_V4_MASK AUTH_RATELIMIT_IP_V6_MASK AUTH_RATELIMIT_USER AUTH_REQUIRE_TOKENS BABEL_DEFAULT_LOCALE BABEL_DEFAULT_TIMEZONE CREDENTIAL_ROUNDS DEFAULT_QUOTA DEFAULT_SPAM_THRESHOLD DISABLE_STATISTICS DKIM_SELECTOR DMARC_RUA DMARC_RUF DOMAIN_REGISTRATION INBOUND_TLS_ENFORCE LOGO_BACKGROUND LOGO_URL MESSAGE_RATELIMIT MESSAGE_RATELIMIT_EXEMPTION PROXY_AUTH_CREATE PROXY_AUTH_HEADER PROXY_AUTH_LOGOUT_URL PROXY_AUTH_WHITELIST RECAPTCHA_PRIVATE_KEY RECAPTCHA_PUBLIC_KEY SESSION_COOKIE_SECURE SESSION_KEY_BITS SESSION_TIMEOUT SITENAME WEBSITE WELCOME WELCOME_BODY WELCOME_SUBJECT WILDCARD_SENDERS',
    ADMIN,
  ),
  ...many('LETSENCRYPT_SHORTCHAIN REAL_IP_FROM REAL_IP_HEADER TLS WEBROOT_REDIRECT', ['front']),
  ...many('COMPRESSION COMPRESSION_LEVEL', ['imap']),
  ...many('OUTBOUND_TLS_LEVEL POSTFIX_LOG_FILE REJECT_UNLISTED_RECIPIENT', ['smtp']),
  ...many('ANTIVIRUS_ACTION', ['antispam']),
  ...many('ROUNDCUBE_PLUGINS', ['webmail']),
  ...many('FETCHMAIL_DELAY', ['fetchmail']),
  ...many('API TLS_PERMISSIVE WEB_API', ['front', 'admin']),
  ...many('DEFER_ON_TLS_ERROR', ['admin', 'smtp']),
  ...many('DEBUG', ['admin', 'fetchmail']),
  ...many('PERMANENT_SESSION_LIFETIME', ['admin', 'webmail']),
  ...many('FULL_TEXT_SEARCH', ['admin', 'imap', 'webmail']),
  ...many('PROXY_PROTOCOL', ['front', 'imap', 'fetchmail']),
  ...many('CPU_COUNT', ['front', 'admin', 'imap']),
  ...many('SUBNET6', ['front', 'admin', 'imap', 'smtp', 'antispam', 'webmail']),
  ...many('LD_PRELOAD LOG_LEVEL TZ', ALL),
]);
