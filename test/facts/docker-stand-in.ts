import { quote } from '../../src/shell/index.ts';

/** What the engine answers to a path: JSON, or why it does not. A path without a query answers with any. */
export type Answers = Readonly<Record<string, object | Refused>>;

interface Refused {
  readonly status: number;
  readonly message: string;
}

const isRefused = (answer: object): answer is Refused => 'status' in answer && 'message' in answer;

/** A container, as `docker inspect` prints it for `dockerContainers`. */
export interface Row {
  readonly id?: string;
  readonly running?: boolean;
  readonly pid?: number;
  readonly health?: string;
  readonly service?: string;
  readonly networks?: Readonly<Record<string, string>>;
  /** Directories of the host by those in it. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly json?: object;
}

export const ID = 'c'.repeat(64);

/** What `docker inspect` says of containers. */
export const inspected = (rows: readonly Row[]): string =>
  rows
    .map(
      ({
        id = ID,
        running = true,
        pid = 1,
        health = '-',
        service = '-',
        networks = {},
        mounts = {},
        json = {},
      }) => {
        const on = Object.entries(networks).map(([name, network]) => `${name}=${network},`);
        const at = Object.entries(mounts).map(([inside, source]) => `mount ${id} ${inside}\t${source}\n`);
        return `container ${id} ${running} ${pid} ${health} ${service} ,${on.join('')} ${JSON.stringify(json)}\n${at.join('')}`;
      },
    )
    .join('');

/**
 * Text of a `docker` command for a test's host: what it has not been told an answer to, it fails at. `info` is what it says of itself,
 * `rows` are its containers, `api` what its engine answers, and `more` further cases of a `case "$1 $2"`, before all others.
 */
export function dockerStandIn({
  info = ['control false'],
  rows = [],
  api = {},
  more = '',
}: {
  readonly info?: readonly string[];
  readonly rows?: readonly Row[];
  readonly api?: Answers;
  readonly more?: string;
}): string {
  const listed = rows.map(({ id = ID }) => ({ Id: id, ImageID: `sha256:${'1'.repeat(64)}` }));
  const all: Answers = { '/containers/json': listed, ...api };
  const answers = Object.entries(all).map(([path, answer]) => {
    const [status, body] = isRefused(answer) ? [answer.status, { message: answer.message }] : [200, answer];
    const pattern = path.includes('?') ? quote(path) : `${quote(path)} | ${quote(path)}\\?*`;
    return `${pattern}) status=${status} body=${quote(JSON.stringify(body))} ;;`;
  });
  return `case "$1 $2" in
  ${more}
  'info '*) printf '%s\\n' ${info.map(quote).join(' ')} ;;
  'inspect '*) printf %s ${quote(inspected(rows))} ;;
  'system dial-stdio')
    while IFS= read -r line; do
      case $line in 'GET '*) ;; *) continue ;; esac
      path=\${line#GET }
      path=\${path% HTTP*}
      case $path in
        /_ping) printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nOK'; exit ;;
        ${answers.join('\n        ')}
        *) status=500 body='{"message":"this test knows no '$path'"}' ;;
      esac
      printf 'HTTP/1.1 %s X\\r\\nContent-Type: application/json\\r\\nContent-Length: %s\\r\\n\\r\\n%s\\n' "$status" "$((\${#body} + 1))" "$body"
    done ;;
  *) echo "this test knows no docker $*" >&2; exit 1 ;;
esac`;
}

/** What the engine lists of a service. */
export const serviceRow = ({
  name,
  stack = '',
  mode = { Replicated: { Replicas: 1 } },
  ports = null,
  image = 'busybox',
  mounts = null,
}: {
  readonly name: string;
  readonly stack?: string;
  readonly mode?: object;
  readonly ports?: readonly object[] | null;
  readonly image?: string;
  readonly mounts?: readonly object[] | null;
}): string =>
  `services ${JSON.stringify([
    {
      Spec: {
        Name: name,
        Labels: stack === '' ? {} : { 'com.docker.stack.namespace': stack },
        Mode: mode,
        TaskTemplate: { ContainerSpec: { Image: image, ...(mounts && { Mounts: mounts }) } },
      },
      Endpoint: { ...(ports && { Ports: ports }) },
    },
  ])}\n`;
