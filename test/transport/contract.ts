import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransportError } from '../../src/errors/index.ts';
import { raw, sh } from '../../src/shell/index.ts';
import type { Transport } from '../../src/transport/transport.ts';

export interface Subject {
  readonly name: string;
  /** Whether scripts get stdin. Not under sudo, which has it for itself. Default: true. */
  readonly givesStdin?: boolean;
  readonly make: () => Promise<Transport>;
}

const MEGABYTES = 5;

/** What every transport keeps, whatever it goes over. */
export function transportContract({ name, make, givesStdin = true }: Subject): void {
  describe(`${name} keeps the contract of transports`, () => {
    let transport: Transport;
    beforeAll(async () => {
      transport = await make();
    });
    afterAll(async () => {
      await transport[Symbol.asyncDispose]();
    });

    test('a script that fails is an answer', async () => {
      expect(await transport.run(raw('echo out; echo err >&2; exit 7'))).toEqual({
        code: 7,
        stdout: 'out\n',
        stderr: 'err\n',
      });
    });

    test('output is not trimmed', async () => {
      expect((await transport.run(raw("printf '  a\\n\\n'"))).stdout).toBe('  a\n\n');
    });

    test(`${MEGABYTES} MB of multibyte output arrive whole, and as they come`, async () => {
      const line = 'äöü€𝄞'.repeat(40);
      const count = Math.ceil((MEGABYTES * 2 ** 20) / (Buffer.byteLength(line) + 1));
      let streamed = '';
      const { stdout } = await transport.run(sh`yes ${line} | head -n ${count}`, {
        onOutput: (stream, text) => {
          if (stream === 'stdout') streamed += text;
        },
      });
      expect(Buffer.byteLength(stdout)).toBeGreaterThan(MEGABYTES * 2 ** 20 - 1000);
      expect(stdout === `${line}\n`.repeat(count)).toBe(true);
      expect(streamed === stdout).toBe(true);
    });

    test('a word of 3 MB arrives whole', async () => {
      const word = "it's a word\n".repeat(250_000);
      expect((await transport.run(sh`printf %s ${word} | wc -c`)).stdout.trim()).toBe(String(word.length));
    });

    const asks = 'a script that asks reads what it is given';
    if (givesStdin)
      test(asks, async () => {
        let ask: () => void = () => undefined;
        const asked = new Promise<void>((resolve) => {
          ask = resolve;
        });
        async function* stdin() {
          await asked;
          yield 'first\nsecond\n';
        }
        const script = raw('main() { echo ready; read -r a; read -r b; echo "$b $a"; }\nmain; exit');
        const onOutput = (_: string, text: string) => {
          if (text.includes('ready')) ask();
        };
        const { stdout } = await transport.run(script, { stdin: stdin(), onOutput });
        expect(stdout).toBe('ready\nsecond first\n');
      });

    test('scripts run beside each other', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => transport.run(sh`echo ${index}`)),
      );
      expect(results.map(({ stdout }) => stdout.trim())).toEqual(results.map((_, index) => String(index)));
    });

    test('one without an end is given up at its time limit', async () => {
      const begin = Date.now();
      const error = await transport
        .run(raw('sleep 30'), { timeout: 1000 })
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(TransportError);
      expect((error as TransportError).failure).toBe('timeout');
      expect(Date.now() - begin).toBeLessThan(10_000);
    });

    test('one is given up when its signal says so', async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 300);
      await expect(transport.run(raw('sleep 30'), { signal: controller.signal })).rejects.toBe(reason);
      expect((await transport.run(raw('echo still here'))).stdout).toBe('still here\n');
    });

    test('what runs is not killed when it is given up', async () => {
      const done = `/tmp/provision-contract-${randomBytes(6).toString('hex')}`;
      const script = sh`sleep 1; : >${done}`;
      await expect(transport.run(script, { timeout: 300 })).rejects.toThrow(TransportError);
      const { stdout } = await transport.run(
        sh`tries=0; until [ -e ${done} ] || [ $tries -eq 100 ]; do tries=$((tries + 1)); sleep 0.1; done; ls ${done}; rm -f ${done}`,
      );
      expect(stdout).toBe(`${done}\n`);
    });

    test('one that a signal ends does not look like success', async () => {
      const { code, stderr } = await transport.run(raw('echo before >&2; kill -KILL $$'));
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/^before\n/);
    });
  });
}
