import { on } from './steps.ts';

/**
 * Where values are seen on a node: files that another user may read, and what Docker, systemd and the journal tell. The
 * values are put together on the node, so that the search does not find itself.
 */
export async function seenOn(
  node: string,
  values: readonly string[],
): Promise<{ files: string; told: string }> {
  const patterns = values
    .map((value) => `printf '%s%s\\n' '${value.slice(0, 9)}' '${value.slice(9)}'`)
    .join('; ');
  const files = await on(
    node,
    `patterns=$(${patterns})
     setpriv --reuid=65534 --regid=65534 --clear-groups grep -rlsIF -e "$patterns" /etc /var /run /tmp /home /srv /mailu 2>/dev/null | head; true`,
  );
  const told = await on(
    node,
    `patterns=$(${patterns})
     { docker service inspect $(docker service ls -q); docker container inspect $(docker ps -aq)
       docker secret inspect $(docker secret ls -q); docker config inspect $(docker config ls -q)
       systemctl show '*'; journalctl --no-pager -q; } 2>/dev/null | grep -cF -e "$patterns" || true`,
  );
  return { files, told };
}
