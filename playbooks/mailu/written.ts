import { servicesOf } from './deployed.ts';
import { LEASE_FOLDER, type Surroundings } from './service.ts';
import { partOf } from './service-parts.ts';
import type { Mailu } from './settings.ts';

/**
 * Directories below which Mailu's services write, so that nobody else may. Beside them others may keep what they like on the shared
 * storage, and with `cert` somebody has to bring the certificate.
 */
export function writtenBelow(mailu: Mailu, root: string): readonly string[] {
  const places = servicesOf(mailu).flatMap((name) =>
    partOf(name, mailu, { root } as Surroundings)
      .mounts.filter(
        ({ type, readOnly, target }) => type === 'bind' && !readOnly && !isBrought(mailu, target),
      )
      .map(({ source }) => source),
  );
  return [...new Set([...places, `${root}${LEASE_FOLDER}`])].toSorted();
}

const isBrought = ({ tls }: Mailu, target: string) => target === '/certs' && tls.kind !== 'letsencrypt';
