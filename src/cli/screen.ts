import { jsonRenderer, plainRenderer, type Renderer, type Style, styleOf } from '../render/index.ts';

/** Where a command prints: results to stdout, progress and errors to stderr. */
export interface Screen {
  readonly form: 'tty' | 'plain' | 'json';
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outStyle: Style;
  readonly errStyle: Style;
  renderer(verbose: boolean): Promise<Renderer>;
}

export function openScreen(wanted: 'tty' | 'plain' | 'json' | undefined, env: NodeJS.ProcessEnv): Screen {
  const { stdout, stderr } = process;
  const terminal = stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  const form = wanted ?? (terminal ? 'tty' : 'plain');
  const outStyle = styleOf(stdout, env);
  const errStyle = styleOf(stderr, env);
  const out = (text: string) => void stdout.write(text);
  const err = (text: string) => void stderr.write(text);
  return {
    form,
    out,
    err,
    outStyle,
    errStyle,
    async renderer(verbose) {
      if (form === 'json') return jsonRenderer(out);
      if (form === 'plain' || verbose) return plainRenderer(err, out, errStyle, verbose);
      const { ttyRenderer } = await import('../render/tty.ts');
      return ttyRenderer(stderr, out, errStyle);
    },
  };
}
