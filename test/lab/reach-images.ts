import { argv, exit, stderr } from 'node:process';
import { REGISTRY } from '../../playbooks/mailu/images.ts';

/** Ends with 1 where this machine does not reach the registry of Mailu's published images, or the one that is named. */
const [host = ''] = (argv[2] ?? REGISTRY).split('/');
try {
  // Whoever answers at all is there: a registry wants a token first.
  await fetch(`${/^(localhost|127\.)/.test(host) ? 'http' : 'https'}://${host}/v2/`, {
    signal: AbortSignal.timeout(10_000),
  });
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  stderr.write(
    `this machine does not reach ${host}, where Mailu's images are published (${cause}).\nRun it on a machine that does, or without --images real: stand-ins are made from Debian's packages.\n`,
  );
  exit(1);
}
