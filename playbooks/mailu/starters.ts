/** Services that run the programs of others: to end one ends logins, everybody's jobs, or all containers. */
const STARTERS =
  /^(cron|crond|cronie|fcron|atd|anacron|ssh|sshd|dropbear|docker|containerd|podman|snap\.docker\.dockerd|rc-local|systemd-logind)\.service$|^(ssh|sshd|dropbear|user|getty|serial-getty)@/;

/** The unit that a program can be ended by, if that ends nothing of others. */
export const endableUnit = (unit: string | undefined): string | undefined =>
  unit === undefined || STARTERS.test(unit) ? undefined : unit;
