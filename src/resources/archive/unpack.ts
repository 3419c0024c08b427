import { type Script, sh } from '../../shell/index.ts';
import { copyOf } from '../before.ts';
import { fetchDigest } from '../fetch.ts';
import { besideOf } from '../write-file.ts';
import { listMembers, refuseMembers, refuseUnpacked } from './members.ts';
import { place } from './place.ts';
import { insideOf, RECORDS, recordOf } from './record.ts';

interface Archive {
  readonly url: string;
  readonly sha256: string;
  readonly into: string;
  readonly strip: number;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  readonly once: readonly string[];
}

/**
 * Fetches, checks and unpacks an archive beside its directory, writes down what it has, and puts it in place. Room is needed for the
 * archive and for what is in it, beside what is there. Whatever of this was killed is done again by the next run.
 */
export function unpack(archive: Archive, wanted: ReadonlyMap<string, string>): Script {
  const { url, sha256, into, strip, owner, group, mode, once } = archive;
  const parent = into.slice(0, into.lastIndexOf('/')) || '/';
  return sh`
    into=${into} r=${recordOf(into)} w=${besideOf(into)}
    (umask 022; mkdir -p -- ${parent} /var/lib/provision) && umask 077 && mkdir -p -- ${RECORDS} || exit 1
    rm -rf -- "$w" ${insideOf(into)} "$r.new" "$r.ours.new" || exit 1
    [ ! -d "$into" ] || [ "$(stat -c %d -- "$into")" = "$(stat -c %d -- ${parent})" ] || w=${insideOf(into)}
    mkdir -- "$w" || exit 1
    (
      t=$w/archive
      ${fetchDigest(url, sha256)}
      ${listMembers}
      ${refuseMembers(strip)}
      mkdir -- "$w/all" "$w/tree" "$w/once" || exit 1
      # With the time of now: what is older than a program that runs would not be seen as newer than it.
      if [ "$kind" = zip ]; then
        (umask 022; LC_ALL=C.UTF-8 unzip -qq -o -DD -d "$w/all" "$t") || [ $? -eq 1 ] || exit 1
      else plain | (umask 022; tar -xmf - -C "$w/all" --no-same-owner --no-same-permissions) || exit 1; fi
      rm -f -- "$t"
      ${refuseUnpacked}
      find "$w/all" -mindepth ${strip + 1} -maxdepth ${strip + 1} >"$w/tops" || exit 1
      [ -s "$w/tops" ] || { echo ${`with strip: ${strip} nothing of it is left`} >&2; exit 1; }
      while IFS= read -r top; do
        name=\${top##*/}
        if [ -e "$w/tree/$name" ] || [ -L "$w/tree/$name" ]; then echo ${`with strip: ${strip} two of its members would be`} "$name" >&2; exit 1; fi
        mv -- "$top" "$w/tree/$name" || exit 1
      done <"$w/tops"
      for o in ${once}; do
        if [ ! -f "$w/tree/$o" ] && [ ! -L "$w/tree/$o" ]; then echo "once: the archive has no file $o" >&2; exit 1; fi
        mkdir -p -- "$w/once/$(dirname -- "$o")" && mv -T -- "$w/tree/$o" "$w/once/$o" || exit 1
      done
      chmod -R go-w -- "$w/tree" "$w/once" && chown -Rh ${`${owner}:${group}`} -- "$w/tree" "$w/once" && chmod ${mode} -- "$w/tree" || exit 1
      cd -- "$w/tree" || exit 1
      {
        printf '%s\n' ${[...wanted].map(([field, value]) => `want ${field} ${value}`)} &&
          find . -type f -exec sha256sum {} + | sed 's/^/file /' &&
          find . -mindepth 1 -exec stat -c 'stat %f %u %g %n' -- {} + &&
          find . -type l -exec sh -c 'for l do printf "link %s\t%s\n" "$l" "$(readlink -- "$l")" || exit 1; done' sh {} +
      } >"$r.new" || exit 1
      ${place({ ending: copyOf(into).slice(into.length), once })}
      cd / && rm -rf -- "$w" && mv -f -- "$r.new" "$r" && rm -f -- "$r.ours"
    )
    code=$?
    [ "$code" -eq 0 ] || rm -rf -- "$w"
    exit "$code"`;
}
