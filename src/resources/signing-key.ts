import { z } from 'zod';
import { compare, defineResource, ProbeError } from '../resource/index.ts';
import { type Script, sh } from '../shell/index.ts';
import { fetchFrom } from './fetch.ts';
import { absolutePath, lookAt, readPath } from './path.ts';

const want = z.strictObject({
  /** Where the key is put. */
  path: absolutePath,
  /** Where it is fetched from, by the host. */
  url: z.url({ protocol: /^https?$/ }),
  /** The fingerprint of the primary key; what is fetched must have it. */
  fingerprint: z
    .string()
    .transform((text) => text.replaceAll(/\s/g, '').toLowerCase())
    .pipe(z.string().regex(/^[0-9a-f]{40}$/, 'expected a fingerprint of 40 hexadecimal digits')),
});

/**
 * The armoured OpenPGP key that a package repository is signed with, known by its fingerprint, so that it does not matter who
 * answers for the URL. A key that somebody has put there by hand with the same fingerprint is left.
 */
export const signingKey = defineResource({
  kind: 'signing-key',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: lookAt(path, sh`[ ! -f "$p" ] || { ${fingerprintOf(sh`"$p"`)}; } || exit 66`),
    parse(output) {
      const have = readPath(path, output);
      if (have?.type === 'directory') throw new ProbeError(`${path} is a directory, where a key is wanted`);
      return have === null ? null : have.rest.trim() || 'no key';
    },
  }),

  diff: ({ fingerprint }, have) => compare('fingerprint', have, fingerprint),

  apply: ({ path, url, fingerprint }) => [
    {
      title: `fetch the key ${fingerprint.slice(-16)}`,
      script: sh`
        umask 022
        mkdir -p -- ${path.slice(0, path.lastIndexOf('/'))} || exit 1
        t=${`${path}.provision`}
        rm -f -- "$t"
        ${fetchFrom(url)}
        found=$(${fingerprintOf(sh`"$t"`)})
        if [ "$found" != ${fingerprint} ]; then
          rm -f -- "$t"
          echo ${url} "has the key \${found:-none, or more than one}, not "${fingerprint}': do not trust it' >&2
          exit 1
        fi
        chmod 0644 -- "$t" && mv -fT -- "$t" ${path}`,
    },
  ],
});

/**
 * Prints the fingerprint of the key in an armoured file, with what a bare system has, and nothing where it has more than one
 * primary key, which apt and rpm would trust as well. Packets are walked by their headers (RFC 4880, 4.2); the fingerprint is
 * the SHA-1 of the byte 0x99, two bytes of length, and the body (12.2).
 */
function fingerprintOf(file: Script): Script {
  return sh`
    k=$(sed -n '/^-----BEGIN PGP PUBLIC KEY/,/^-----END/{/^[A-Za-z0-9+\/]*=*$/p}' ${file})
    bytes() { printf '%s\n' "$k" | base64 -d 2>/dev/null; }
    size=$(bytes | wc -c) at=0 keys=0 print=
    while [ "$at" -lt "$size" ]; do
      set -- $(bytes | od -An -v -tu1 -j "$at" -N 6) 0 0 0 0 0
      if [ "$1" -ge 192 ]; then
        tag=$(($1 & 63))
        if [ "$2" -lt 192 ]; then head=2 length=$2
        elif [ "$2" -lt 224 ]; then head=3 length=$((($2 - 192) * 256 + $3 + 192))
        else head=6 length=$(((($3 * 256 + $4) * 256 + $5) * 256 + $6)); fi
      else
        tag=$((($1 & 60) / 4))
        case $(($1 & 3)) in
          0) head=2 length=$2 ;;
          1) head=3 length=$(($2 * 256 + $3)) ;;
          *) head=5 length=$(((($2 * 256 + $3) * 256 + $4) * 256 + $5)) ;;
        esac
      fi
      if [ "$tag" -eq 6 ]; then
        keys=$((keys + 1))
        print=$({
          printf "\\231\\$(printf '%03o' $((length / 256)))\\$(printf '%03o' $((length % 256)))"
          bytes | tail -c +$((at + head + 1)) | head -c "$length"
        } | sha1sum | cut -d' ' -f1)
      fi
      at=$((at + head + length))
    done
    [ "$keys" -ne 1 ] || echo "$print"`;
}
