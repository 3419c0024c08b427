import { spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

const PROGRAM = fileURLToPath(
  new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url),
);

interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

/** The language server that editors use for YAML, with one text open: what a person sees who types in it. */
export class Editor implements Disposable {
  readonly #child = spawn(process.execPath, [PROGRAM, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  readonly #connection = createMessageConnection(
    new StreamMessageReader(this.#child.stdout),
    new StreamMessageWriter(this.#child.stdin),
  );
  readonly #waiting = new Map<string, (all: readonly Diagnostic[]) => void>();
  readonly #folder: string;
  #opened = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** `folder` holds the `schema.json` that a text names in its first line. */
  static async start(folder: string): Promise<Editor> {
    const editor = new Editor(folder);
    const connection = editor.#connection;
    const settings = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
    connection.onRequest('workspace/configuration', ({ items }: { items: readonly unknown[] }) =>
      items.map(() => settings),
    );
    connection.onRequest('client/registerCapability', () => null);
    connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: readonly Diagnostic[] }) =>
        editor.#waiting.get(uri)?.(diagnostics),
    );
    connection.listen();
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
    });
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('workspace/didChangeConfiguration', { settings: { yaml: settings } });
    return editor;
  }

  /** Opens a text. `^` in it is where the cursor is, and no part of it. */
  async #open(marked: string) {
    const before = marked.split('^')[0] ?? '';
    const lines = before.split('\n');
    const uri = pathToFileURL(`${this.#folder}/text-${this.#opened++}.yaml`).href;
    const text = `# yaml-language-server: $schema=schema.json\n${marked.replace('^', '')}`;
    const diagnostics = new Promise<readonly Diagnostic[]>((resolve) => this.#waiting.set(uri, resolve));
    await this.#connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    return {
      diagnostics,
      place: {
        textDocument: { uri },
        position: { line: lines.length, character: lines.at(-1)?.length ?? 0 },
      },
    };
  }

  /** What it underlines, as `LINE: MESSAGE`, with the lines of the text as given. */
  async mistakes(text: string): Promise<readonly string[]> {
    const { diagnostics } = await this.#open(text);
    return (await diagnostics).map(({ range, message }) => `${range.start.line}: ${message}`);
  }

  /** What it offers at the cursor. */
  async offers(text: string): Promise<readonly string[]> {
    const { place } = await this.#open(text);
    const answer: { items: readonly { label: string }[] } = await this.#connection.sendRequest(
      'textDocument/completion',
      place,
    );
    return answer.items.map(({ label }) => label);
  }

  /** What it shows over the cursor. */
  async shows(text: string): Promise<string> {
    const { place } = await this.#open(text);
    const answer: { contents: { value: string } } | null = await this.#connection.sendRequest(
      'textDocument/hover',
      place,
    );
    return answer?.contents.value ?? '';
  }

  [Symbol.dispose](): void {
    this.#connection.dispose();
    this.#child.kill();
  }
}
