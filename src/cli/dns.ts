import { answer, clusterNow } from '../engine/index.ts';
import { isDenied } from '../playbook/index.ts';
import type { CommonOptions } from './actions.ts';
import { deny, whileConnected } from './connected.ts';
import { printedJson } from './printed.ts';
import { forPlaybooks } from './read-secrets.ts';

/** The DNS records to publish, as a zone file. */
export function dns(file: string, options: CommonOptions): Promise<number> {
  return whileConnected(file, options, forPlaybooks, async ({ screen, renderer, run, verb }) => {
    const { playbook, verb: records } = verb('dns', (each) => each.dns);
    const enquiry = records(clusterNow(run, playbook));
    if (isDenied(enquiry)) throw deny(enquiry);
    const [zone = ''] = await answer(run, [enquiry]);
    await renderer.close();
    screen.out(screen.form === 'json' ? printedJson({ kind: 'dns', zone }) : zone);
    return undefined;
  });
}
