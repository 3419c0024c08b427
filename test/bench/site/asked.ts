import { forPlaybooks } from '../../../src/cli/read-secrets.ts';
import { setUp } from '../../../src/cli/set-up.ts';
import { resourcesOn } from '../../../src/engine/built-stage.ts';
import { newNonce, observeFrame } from '../../../src/engine/frame.ts';
import { prepare } from '../../../src/engine/index.ts';
import type { Transport } from '../../../src/transport/transport.ts';

/** What a plan asks of a host. */
export interface Asked {
  /** The scripts as they are sent, one after the other. */
  readonly sent: readonly string[];
  /** All of their questions in one script: what many of them ask is asked once. */
  readonly once: string;
}

/** What a plan of this inventory asks, by host. It is made here, with the code of `src`. */
export async function askedOf(file: string): Promise<ReadonlyMap<string, Asked>> {
  const { runOptions, renderer, release } = await setUp(
    file,
    { concurrency: 10, output: 'plain' },
    forPlaybooks,
  );
  const sent = new Map<string, string[]>();
  const recording = (transport: Transport): Transport => ({
    name: transport.name,
    run(script, options) {
      sent.set(transport.name, [...(sent.get(transport.name) ?? []), script.reveal()]);
      return transport.run(script, options);
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  });
  // Loaded by one host while another waits for it, it would not be whole.
  await Promise.all([import('../../../src/transport/ssh.ts'), import('../../../src/transport/sudo.ts')]);
  try {
    await using prepared = await prepare({
      ...runOptions,
      connect: async (host, signal) => recording(await runOptions.connect(host, signal)),
    });
    const { run, built } = prepared;
    const [failure] = run.failures();
    if (failure !== undefined) throw failure.error;
    return new Map(
      [...run.states.values()].map(({ host: { name }, probes }) => {
        const { fragments } = run.look(resourcesOn(name, built), probes);
        return [name, { sent: sent.get(name) ?? [], once: observeFrame(fragments, newNonce()).reveal() }];
      }),
    );
  } finally {
    await renderer.close();
    release();
  }
}
