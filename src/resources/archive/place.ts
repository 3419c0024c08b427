import { WARNING } from '../../resource/index.ts';
import { type Script, sh } from '../../shell/index.ts';

/**
 * Text that puts `$w/tree` in the place of `$into`. The record `$r.new` is complete, and all room that is needed is taken; from here
 * on things are renamed. Where nothing is there, all of it comes at once; otherwise each file is replaced whole. It ends the
 * script before anything is changed where a file is in the place of a directory, or the other way round.
 */
export function place({
  ending,
  once,
}: {
  /** Of the copies that are kept of what others have changed. */
  readonly ending: string;
  readonly once: readonly string[];
}): Script {
  return sh`
    find . -type d >"$w/directories" && find . ! -type d >"$w/others" && : >"$w/changed" && : >"$w/look" || exit 1
    while IFS= read -r m; do
      [ -d "$into/$m" ] && { [ "$m" = . ] || [ ! -L "$into/$m" ]; } && continue
      [ -e "$into/$m" ] || [ -L "$into/$m" ] || continue
      echo "$into/\${m#./} is no directory, and the archive has one there: move it away, and run again" >&2
      exit 1
    done <"$w/directories"

    # What is in the place of a member and is nothing that we have unpacked belongs to somebody.
    { cat -- "$r.ours" 2>/dev/null; sed -n '/^want /!p' "$r" 2>/dev/null; sed -n '/^want /!p' "$r.new"; } | sort -u >"$r.ours.new" || exit 1
    tab=$(printf '\t')
    while IFS= read -r m; do
      o=$into/\${m#./}
      if [ -L "$o" ]; then grep -qxF -- "link $m$tab$(readlink -- "$o")" "$r.ours.new" || printf '%s\n' "$m" >>"$w/changed"
      elif [ -f "$o" ]; then printf '%s\n' "$m" >>"$w/look"
      elif [ -e "$o" ]; then
        echo "$o is no file, and the archive has one there: move it away, and run again" >&2
        exit 1
      fi || exit 1
    done <"$w/others"
    if [ -s "$w/look" ]; then
      (cd -- "$into" && tr '\n' '\0' <"$w/look" | xargs -r0 sha256sum --) >"$w/there" || exit 1
      sed 's/^/file /' "$w/there" | grep -vxFf "$r.ours.new" | cut -c 72- >>"$w/changed"
    fi
    kept=
    while IFS= read -r m; do
      o=$into/\${m#./} c=$into/\${m#./}${ending}
      d=$(sha256sum <"$o" | cut -c 1-8)
      if [ -e "$c" ] && [ "$(sha256sum <"$c" | cut -c 1-8)" != "$d" ]; then c=$c-$d; fi
      [ -e "$c" ] || [ -L "$c" ] || cp -aP -- "$o" "$c" || exit 1
      kept="$kept \${m#./}"
    done <"$w/changed"
    [ -z "$kept" ] || echo ${WARNING} "in $into these were changed since they were unpacked, and are replaced; what was there is kept beside each, with the ending "${ending}":$kept"

    mv -f -- "$r.ours.new" "$r.ours" && rm -f -- "$r" || exit 1
    if ! mv -T -- "$w/tree" "$into" 2>/dev/null; then
      mkdir -p -- "$into" || exit 1
      while IFS= read -r d; do
        from=$w/tree/$d
        # Its directory has been moved as a whole.
        [ -d "$from" ] || continue
        if [ -d "$into/$d" ]; then
          chown -h "$(stat -c %u:%g -- "$from")" -- "$into/$d" && chmod "$(stat -c %a -- "$from")" -- "$into/$d" &&
            find "$from" -mindepth 1 -maxdepth 1 ! -type d -exec mv -f -t "$into/$d" -- {} + || exit 1
        else mv -T -- "$from" "$into/$d" || exit 1; fi
      done <"$w/directories"
    fi
    cd -- "$into" || exit 1
    for o in ${once}; do
      [ -e "$o" ] || [ -L "$o" ] || mv -T -- "$w/once/$o" "$o" || exit 1
    done
    ${takeOld(once)}
    touch -- "$into"`;
}

/** Takes away what an archive before this one has unpacked, where it still is as it was; the rest is somebody's, and stays. */
function takeOld(once: readonly string[]): Script {
  return sh`
    { sed -n 's/^stat [^ ]* [^ ]* [^ ]* //p' "$r.new"; for o in ${once}; do printf './%s\n' "$o"; done; } >"$w/now" || exit 1
    gone() { awk -v now="$w/now" -v from="$1" 'BEGIN { while ((getline line < now) > 0) is[line] } !(substr($0, from) in is)'; }
    sed -n 's/^file //p' "$r.ours" | gone 67 >"$w/gone"
    sha256sum -c <"$w/gone" 2>/dev/null | sed -n 's/: OK$//p' | tr '\n' '\0' | xargs -r0 rm -f -- || exit 1
    sed -n 's/^link //p' "$r.ours" | while IFS=$tab read -r link to; do
      [ "$(readlink -- "$link")" != "$to" ] || grep -qxF -- "$link" "$w/now" || rm -f -- "$link" || exit 1
    done || exit 1
    sed -n 's/^stat 4[0-9a-f]* [^ ]* [^ ]* //p' "$r.ours" | gone 1 | sort -ru | tr '\n' '\0' | xargs -r0 rmdir -- 2>/dev/null
    left=$(cut -c 67- <"$w/gone" | sort -u | while IFS= read -r m; do [ ! -e "$m" ] || printf ' %s' "\${m#./}"; done)
    [ -z "$left" ] || echo ${WARNING} "in $into these are not in the archive any more, and were changed since they were unpacked: they stay:$left"`;
}
