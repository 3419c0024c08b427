/**
 * What Mailu's admin counts of logins, as its source says it (core/admin/mailu/limiter.py, internal/views/auth.py and internal/nginx.py,
 * 2024.06.57), for addresses of IPv4 and the limits that it has without settings.
 */
export class Admin {
  readonly #users: Readonly<Record<string, string>>;
  readonly #tlsOnly: boolean;
  readonly #hits = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #exempt = new Set<string>();

  constructor(users: Readonly<Record<string, string>>, { tlsOnly = false } = {}) {
    this.#users = users;
    this.#tlsOnly = tlsOnly;
  }

  /** Failed logins that were counted, against a network or a user. */
  counted(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#hits);
  }

  /** A day later, for what is kept for a day. */
  forget(): void {
    this.#exempt.clear();
  }

  /** A recipient on port 25, without AUTH. Gives whether it is passed on. */
  recipient(client: string, encrypted: boolean): boolean {
    if (!this.#tlsOnly || encrypted) return true;
    this.#countNetwork(client, undefined);
    return false;
  }

  /** AUTH on port 25: refused, whatever it says. */
  authOn25(client: string): void {
    this.#countNetwork(client, undefined);
  }

  /** A login on any other port. Gives whether it succeeds. */
  login(client: string, user: string, password: string): boolean {
    const network = `network ${networkOf(client)}`;
    if (!this.#exempt.has(client) && (this.#hits.get(network) ?? 0) >= 5) return false;
    const exists = user in this.#users;
    if (exists && !this.#exempt.has(client) && (this.#hits.get(`user ${user}`) ?? 0) >= 50) return false;
    if (exists && this.#users[user] === password) {
      this.#exempt.add(client);
      return true;
    }
    if (exists) this.#countUser(client, user, password);
    else this.#countNetwork(client, user);
    return false;
  }

  #countUser(client: string, user: string, password: string): void {
    if (this.#exempt.has(client)) return;
    if (password !== '' && this.#once(`${user} ${password}`)) return;
    this.#hit(`user ${user}`);
    this.#countNetwork(client, user);
  }

  #countNetwork(client: string, user: string | undefined): void {
    if (this.#exempt.has(client)) return;
    if (user !== undefined && this.#once(`${networkOf(client)} ${user}`)) return;
    this.#hit(`network ${networkOf(client)}`);
  }

  /** Whether it was there before. */
  #once(what: string): boolean {
    const before = this.#seen.has(what);
    this.#seen.add(what);
    return before;
  }

  #hit(what: string): void {
    this.#hits.set(what, (this.#hits.get(what) ?? 0) + 1);
  }
}

const networkOf = (client: string) => client.replace(/\.\d+$/, '.0/24');
