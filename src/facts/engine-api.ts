import { z } from 'zod';
import { ProbeError } from '../resource/index.ts';
import { lines, type Program, raw, type Script, sh, together } from '../shell/index.ts';
import { dockerInfo, isManager } from './ask-docker.ts';

/** Exit code of a question that only a manager answers, where the host is none. */
export const NO_MANAGER = 95;
/** Exit code of what `awk` prints where the swarm has no leader. */
const NO_LEADER = 96;
/** Seconds that the engine may take for all questions together. timeout(1) ends with 124 then. */
export const ENGINE_PATIENCE = 60;
/** Bytes of requests that a pipe holds (pipe(7)): they are all written before they are read. */
const PIPE = 65_536;

/**
 * Takes the answers of an HTTP connection apart, in the order of the questions, `OWN` of which are not about the swarm, and prints them
 * as `Program.ask` wants them. Its last line tells how the command has ended: `ended 124` where its time was up. The engine sends a body in one piece whose length it says, or in chunks (RFC 9112, 7.1). What a config
 * has in it is left out: it is not asked for, and there may be much of it.
 */
const READ = String.raw`
function number(hex, i, n) {
  for (i = 1; i <= length(hex); i++) n = n * 16 + index("123456789abcdef", tolower(substr(hex, i, 1)))
  return n + 0
}
function quoted(text) {
  gsub(/'/, "'\\''", text)
  return "'" text "'"
}
function failed(name, why) {
  print name "_code=1 " name "_why=" quoted(why)
}
function answered() {
  state = "status"
  name = names[++done]
  if (done > count) return
  sub(/\n+$/, "", body)
  if (status ~ /^2/) {
    if (name ~ /^engine_configs/) gsub(/"Data":"[^"]*"/, "\"Data\":\"\"", body)
    print name "_code=0 " name "_said=" quoted(body)
  } else {
    if (done > OWN) silent = index(body, "does not have a leader") ? ${NO_LEADER} : index(body, "deadline exceeded") ? 1 : 0
    if (sub(/^[{]"message":"/, "", body)) {
      sub(/"[}]$/, "", body)
      gsub(/\\"/, "\"", body)
    }
    failed(name, body)
    # What a swarm without a leader is asked more takes 20 s each (moby, swarmRequestTimeout), and says the same.
    if (silent) {
      while (done < count) failed(names[++done], body)
      exit silent
    }
  }
}
BEGIN {
  count = split(NAMES, names, " ")
  state = "status"
}
/^ended [0-9]+$/ {
  ended = $2
  next
}
{
  rest = $0 "\n"
  while (rest != "") {
    if (state == "body") {
      part = substr(rest, 1, left)
      rest = substr(rest, left + 1)
      left -= length(part)
      body = body part
      if (left == 0 && chunked) state = "size"
      else if (left == 0) answered()
      continue
    }
    line = rest
    rest = ""
    sub(/\r?\n$/, "", line)
    if (state == "status" && line ~ /^HTTP/) {
      split(line, words, " ")
      status = words[2]
      body = ""
      chunked = left = 0
      state = "header"
    } else if (state == "header" && line != "") {
      split(tolower(line), words, /: */)
      if (words[1] == "content-length") left = words[2] + 0
      if (words[1] == "transfer-encoding") chunked = 1
    } else if (state == "header") {
      if (chunked) state = "size"
      else if (left > 0) state = "body"
      else answered()
    } else if (state == "size" && line != "") {
      left = number(line)
      state = left > 0 ? "body" : "end"
    } else if (state == "end" && line == "") answered()
  }
}
END { if (!silent) exit done > count ? 0 : ended == 124 ? 124 : 1 }`;

/**
 * The API of the engine, all questions through one connection of Docker's own command. The pipe stays open for writing while the engine
 * answers: it gives a request up whose client has closed its side. A swarm that elects its leader, which takes 10 to 20 seconds
 * (swarmkit: ElectionTick 10 of 1 s), is waited for: one that has lost its quorum stays without.
 */
const engineApi: Program = {
  name: 'engine',
  needs: dockerInfo,
  ask: (questions) => {
    const all = [...questions];
    const own = all.filter(([, path]) => !isOfSwarm(path));
    const ofSwarm = all.filter(([, path]) => isOfSwarm(path));
    return lines([
      sh`
        ${dockerInfo} >/dev/null || exit
        own() {
          ${send(own)}
        }`,
      ofSwarm.length === 0
        ? raw('of_swarm() { :; }; names=')
        : sh`
        if ${isManager}; then
          of_swarm() {
            ${send(ofSwarm)}
          }
          names=${names(ofSwarm)}
        else
          of_swarm() { :; }
          names=
          printf '%s\n' ${ofSwarm.map(([name]) => `${name}_code=${NO_MANAGER} ${name}_why='this node is no manager of a swarm'`)}
        fi`,
      sh`
        names=${names(own)}" $names"
        # The memory first: a disk may be full.
        d=$(mktemp -d -p /run 2>/dev/null || mktemp -d) && mkfifo -m 600 "$d/pipe" && exec 3<>"$d/pipe" || exit 1
        rm -r -- "$d"
        tries=0
        while :; do
          { own; of_swarm; printf 'GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n'; } >&3
          said=$({ timeout ${ENGINE_PATIENCE} docker system dial-stdio <&3; printf '\nended %s\n' "$?"; } | awk -v NAMES="$names" -v OWN=${own.length} ${READ})
          code=$?
          tries=$((tries + 1))
          [ "$code" = ${NO_LEADER} ] && [ "$tries" -lt 8 ] || break
          sleep 2
        done
        printf '%s\n' "$said"
        exit "$code"`,
    ]);
  },
};

const names = (questions: readonly (readonly [string, string])[]): string =>
  questions.map(([name]) => name).join(' ');

/** @throws RangeError where there are more questions than a pipe holds. */
function send(questions: readonly (readonly [string, string])[]): Script {
  if (questions.length === 0) return raw(':');
  const paths = questions.map(([, path]) => path);
  if (paths.join('').length + 40 * paths.length > PIPE / 2)
    throw new RangeError(`${paths.length} questions to the engine are too many for one connection`);
  return sh`printf 'GET %s HTTP/1.1\r\nHost: docker\r\n\r\n' ${paths}`;
}

/** What only managers have. */
const isOfSwarm = (path: string): boolean => /^\/(nodes|services|swarm|tasks|secrets|configs)\b/.test(path);

/** Which of them: what the filters of the Engine API take, by what they are about. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/**
 * What the engine of the host answers to `GET path`, as JSON in one line: a command. It ends as `dockerInfo` does where no engine runs,
 * and with `NO_MANAGER` where only a manager could say it and the host is none.
 *
 * @param path of the Engine API, without a version: `/nodes`.
 */
export function engine(path: string, filters: Filters = {}): Script {
  const query =
    Object.keys(filters).length === 0 ? '' : `?filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const words = [path.slice(1), ...Object.entries(filters).flat(2)].join(' ');
  return together(engineApi, `engine_${words}`, path + query);
}

/** What the engine has said, as far as we read it. @throws ProbeError where it says it in a way that we do not know. */
export function readEngine<T>(what: string, schema: z.ZodType<T>, json: string): T {
  const result = schema.safeParse(JSON.parse(json));
  if (!result.success) throw new ProbeError(`docker described ${what} in an unknown way`);
  return result.data;
}

/** A network, as the list of them has it. */
export const networkSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: z.string(),
  Scope: z.string(),
  Attachable: z.boolean(),
  Ingress: z.boolean(),
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string().optional() })).nullable() }),
  Options: z.record(z.string(), z.string()).nullable(),
});
