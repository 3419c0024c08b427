import { createHash } from 'node:crypto';

/** Fingerprints of the primary keys in a key file, armoured or not (RFC 4880, 4.2 and 12.2): what apt trusts by it. */
export function keyFingerprints(file: Uint8Array): readonly string[] {
  const text = Buffer.from(file).toString('latin1');
  const blocks = [...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----([\s\S]*?)-----END PGP/g)];
  const binaries = blocks.length === 0 ? [file] : blocks.map(([, block = '']) => dearmoured(block));
  return binaries.flatMap(primaryKeys);
}

/** Without the headers, which an empty line ends, and the checksum, which begins with `=`. */
function dearmoured(block: string): Uint8Array {
  const lines = block.split('\n').map((line) => line.trim());
  return Buffer.from(lines.filter((line) => /^[A-Za-z0-9+/]+=*$/.test(line)).join(''), 'base64');
}

function primaryKeys(bytes: Uint8Array): readonly string[] {
  const found: string[] = [];
  let at = 0;
  while (at + 1 < bytes.length) {
    const tag = bytes[at] as number;
    const byte = (index: number) => bytes[at + index] ?? 0;
    if ((tag & 128) === 0) break;
    let head: number;
    let length: number;
    if (tag & 64) {
      const first = byte(1);
      if (first < 192) [head, length] = [2, first];
      else if (first < 224) [head, length] = [3, (first - 192) * 256 + byte(2) + 192];
      else [head, length] = [6, ((byte(2) * 256 + byte(3)) * 256 + byte(4)) * 256 + byte(5)];
    } else {
      const sizes = [1, 2, 4];
      const size = sizes[tag & 3];
      if (size === undefined) break;
      head = 1 + size;
      length = Array.from({ length: size }, (_, index) => byte(1 + index)).reduce(
        (sum, one) => sum * 256 + one,
        0,
      );
    }
    const kind = tag & 64 ? tag & 63 : (tag & 60) >> 2;
    if (kind === 6) {
      const body = bytes.subarray(at + head, at + head + length);
      const prefix = Uint8Array.of(0x99, (length >> 8) & 255, length & 255);
      found.push(createHash('sha1').update(prefix).update(body).digest('hex'));
    }
    at += head + length;
  }
  return found;
}
