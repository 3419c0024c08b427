import { raw, type Script, sh } from '../../shell/index.ts';

/**
 * Text that finds out what `$t` is, by how it begins and not by its name, and lists its members into `$w/names` and `$w/listing`,
 * in the same order. Sets `$kind` to `zip` or `tar`, and has `plain` write a tar as tar(1) reads it everywhere. It ends the script where the host lacks the program that reads it.
 */
export const listMembers: Script = sh`
  need() { command -v "$1" >/dev/null || { echo "the host has no $1, which unpacks this archive: have it installed before, with \`packages\`" >&2; exit 1; }; }
  kind=tar unpacks=
  case $(od -An -v -tx1 -N 6 "$t" | tr -d ' \n') in
    504b0304* | 504b0506*) kind=zip; need unzip ;;
    1f8b*) unpacks=gzip ;;
    425a68*) unpacks=bzip2 ;;
    fd377a585a00*) unpacks=xz ;;
    28b52ffd*) unpacks=zstd ;;
  esac
  [ -z "$unpacks" ] || need "$unpacks"
  plain() { if [ -n "$unpacks" ]; then "$unpacks" -dc <"$t"; else cat -- "$t"; fi; }
  if [ "$kind" = zip ]; then
    LC_ALL=C.UTF-8 unzip -Z1 "$t" >"$w/names" && LC_ALL=C.UTF-8 unzip -Z "$t" | grep '^[-a-z?]' >"$w/listing" || { echo 'unzip cannot read it' >&2; exit 1; }
  else
    need tar
    plain | tar -tf - >"$w/names" && plain | tar --numeric-owner -tvf - >"$w/listing" || { echo 'it is neither a zip nor an archive that the tar of the host reads' >&2; exit 1; }
  fi
  [ -s "$w/names" ] || { echo 'there is nothing in it' >&2; exit 1; }`;

/**
 * Decides by the lists alone, before anything is unpacked. A link may go up only at its beginning, and no member may lie below a
 * link: then where it leads follows from its own text, whatever else is in the archive.
 */
const JUDGE = raw(String.raw`
  function clean(path,  parts, count, i, out) {
    count = split(path, parts, "/"); out = ""
    for (i = 1; i <= count; i++) if (parts[i] != "" && parts[i] != ".") out = out "/" parts[i]
    return substr(out, 2)
  }
  function outside(path, to,  parts, count, i, up, down) {
    if (to ~ /^\//) return 1
    count = split(to, parts, "/"); up = 0; down = 0
    for (i = 1; i <= count; i++) {
      if (parts[i] == "..") { if (down) return 1; up++ }
      else if (parts[i] != "" && parts[i] != ".") down = 1
    }
    count = split(path, parts, "/")
    return count > strip && up > count - 1 - strip
  }
  NR == FNR { name[FNR] = $0; names = FNR; next }
  why != "" { next }
  {
    n = name[FNR]; type = substr($0, 1, 1); to = ""; plain = n
    # A tar that is asked in the locale C writes other letters as numbers.
    gsub(/\\[23][0-7][0-7]/, "", plain)
    rest = $0; sub(/^[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ /, "", rest)
    if (n == "") why = "is not named in the list of its members"
    if (!zip && substr(rest, 1, length(n)) != n) why = "cannot be read in the list of its members"
    if (!zip && (type == "l" || type == "-") && substr(rest, length(n) + 1, 4) == " -> ") to = substr(rest, length(n) + 5)
    if (!zip && type == "h") to = substr(rest, length(n) + 10)
    if (type == "-" && to != "") type = "h"
    plainto = to; gsub(/\\[23][0-7][0-7]/, "", plainto)
    path = clean(n)
    if (index(plain plainto, "\\")) why = "has a control character or a backslash in its name"
    else if (n ~ /^\//) why = "is absolute"
    else if (("/" n "/") ~ /\/\.\.\//) why = "leads out of the directory"
    else if (type !~ /[-dlh]/) why = "is no file, directory or link"
    else if (type != "d" && (substr($0, 4, 1) substr($0, 7, 1)) ~ /[sS]/) why = "is setuid or setgid"
    else if (zip && type == "l") why = "is a link, and of one in a zip it is not seen where it leads"
    else if (type == "l" && outside(path, to)) why = "is a link that leads out of the directory, or goes up in its middle: " to
    else if (type == "h" && (to ~ /^\// || ("/" to "/") ~ /\/\.\.\//)) why = "is a link to what is not in the archive: " to
    of[FNR] = path
    if (type == "l") links[path]
    if (type == "h") target[FNR] = clean(to)
  }
  END {
    if (why == "" && FNR != names) { n = "it"; why = "has other members in one list than in another" }
    for (i = 1; why == "" && i in of; i++) {
      n = name[i]
      if (target[i] in links) why = "is a second name of a link"
      count = split(of[i], parts, "/"); above = ""
      for (j = 1; why == "" && j < count; j++) {
        above = above (j > 1 ? "/" : "") parts[j]
        if (above in links) why = "lies below a link"
      }
    }
    if (why != "") { print n " " why; exit 1 }
  }`);

/** Text that ends the script where a member would be written elsewhere than into the directory, or is more than a file, directory or link. */
export function refuseMembers(strip: number): Script {
  return sh`
    zip=0; [ "$kind" != zip ] || zip=1
    bad=$(awk -v strip=${strip} -v zip="$zip" '${JUDGE}' "$w/names" "$w/listing") ||
      { echo "it is refused, and nothing of it was unpacked: \${bad:-its members cannot be listed}" >&2; exit 1; }`;
}

/** The same of what has been unpacked into `$w/all`, where nobody but root comes: what no list has told. */
export const refuseUnpacked: Script = sh`
  bad=$(find "$w/all" -mindepth 1 '(' -name '*[[:cntrl:]\\]*' -o ! -type f ! -type d ! -type l -o -type f -perm /6000 ')' | head -n 1)
  [ -z "$bad" ] || { echo "it is refused, and nothing of it was put in place: \${bad#"$w/all/"} is no plain file, or has a name that cannot be written in one line" >&2; exit 1; }`;
