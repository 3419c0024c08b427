import { AUTHENTIC_DATA, DNSSEC_OK, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { lines, raw, type Script, sh } from '../shell/index.ts';

/** Seconds that a name server has to answer. */
const PATIENCE = 3;

/**
 * A function `dns SERVER QUESTION` of the shell, that prints a name server's answer in hexadecimal, and nothing where
 * none came: so a bare machine can be asked how it resolves. Of bash, which alone among shells opens sockets; over TCP
 * where the answer does not fit in a datagram. `inside` is what runs it somewhere else: in a container's network.
 */
const FUNCTION = raw(`\
command -v bash >/dev/null || { echo 'there is no bash, which is what asks name servers here' >&2; exit 66; }
dns() {
  timeout -s KILL ${PATIENCE} \${inside:-} bash -c '
    hex() { od -An -v -tx1 | tr -d " \\n"; }
    exec 3<>"/dev/udp/$0/53" || exit
    printf "$1" >&3
    answer=$(dd bs=4096 count=1 <&3 | hex)
    if [ $((0x\${answer:4:2}0 & 0x20)) -ne 0 ]; then
      exec 3<>"/dev/tcp/$0/53" || exit
      printf "\\\\0$(printf "\\\\\\\\%o" "$2")$1" >&3
      length=$(dd bs=1 count=2 <&3 | hex)
      answer=$(head -c $((0x$length)) <&3 | hex)
    fi
    echo "$answer"' "$1" "$2" "$((\${#2} / 4))" 2>/dev/null
}`);

/** Text in which \`dns\` is known, before `script`. */
export function askingNames(script: Script): Script {
  return lines([FUNCTION, script]);
}

/** A question to a validating name server, as \`dns\` takes it: every byte of its packet as \`\\ooo\`. */
export function question(name: string, type: RecordType): string {
  const packet = encode({
    type: 'query',
    id: ID,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type, name: name.replace(/\.$/, '') || '.' }],
    // 1232 bytes: what fits everywhere without being taken apart on the way (DNS flag day 2020).
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        flags: DNSSEC_OK,
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: true,
        options: [],
      },
    ],
  });
  return [...packet].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Answers come through a socket of their own, so that a number that is always the same does no harm. */
const ID = 0x5044;

/** Text that asks a name server, given by its address or as text of the shell. */
export function ask(server: string | Script, name: string, type: RecordType): Script {
  return sh`dns ${server} ${question(name, type)}`;
}
