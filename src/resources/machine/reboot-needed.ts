import { type Script, sh } from '../../shell/index.ts';

/**
 * Prints why a machine says that it has to be rebooted, in one line, and nothing where it does not. The file is Debian's and Ubuntu's: a plain Debian
 * has no package that writes it. needs-restarting is dnf's; its exit code 1 is also that of any error, so its words decide. Where there
 * is neither, and the kernel is the machine's own, it is a kernel of the same flavour that is newer than the one that runs,
 * and on Debian a newer build of the same.
 */
export const rebootNeeded: Script = sh`
  needs=
  for program in needs-restarting 'dnf needs-restarting'; do
    command -v "\${program%% *}" >/dev/null && $program --help >/dev/null 2>&1 && { needs=$program; break; }
  done
  if [ -e /run/reboot-required ]; then
    names=$(sort -u /run/reboot-required.pkgs 2>/dev/null | tr '\n' ' ' | sed 's/ *$//; s/ /, /g')
    echo "the system asks for it\${names:+, for $names}"
  elif [ -n "$needs" ]; then
    said=$($needs -r 2>&1)
    code=$?
    case $said in
      *'Reboot is required'*) echo "$needs asks for it, for $(printf '%s\n' "$said" | sed -n 's/^ *[*] *//p' | sort -u | tr '\n' ' ' | sed 's/ *$//; s/ /, /g')" ;;
      *) [ "$code" -eq 0 ] || { printf '%s\n' "$said" >&2; exit 66; } ;;
    esac
  elif ! { command -v systemd-detect-virt >/dev/null && systemd-detect-virt -cq; }; then
    running=$(uname -r)
    flavour() { sed 's/^[0-9][0-9.+~-]*//; s/^[a-z]*[0-9]*\.[0-9.]*-//; s/^bpo-//; s/^rpt-//; s/^\(el\|fc\)[0-9_]*\.//'; }
    mine=$(echo "$running" | flavour)
    newest=$(for d in /lib/modules/*; do
      k=\${d##*/}
      { [ -e "/boot/vmlinuz-$k" ] || [ -e "$d/vmlinuz" ]; } && [ "$(echo "$k" | flavour)" = "$mine" ] && echo "$k"
    done | sort -V | tail -n 1)
    build=
    case $(uname -v) in *Debian*) build=$(uname -v | sed 's/.*Debian \([^ ]*\).*/\1/') ;; esac
    have=$([ -z "$build" ] || dpkg-query -W -f '\${Version}' "linux-image-$running" 2>/dev/null)
    if [ -n "$newest" ] && [ "$(printf '%s\n%s\n' "$running" "$newest" | sort -V | tail -n 1)" != "$running" ]; then
      echo "the kernel $newest is installed, and $running runs"
    elif [ -n "$have" ] && [ "$have" != "$build" ]; then
      echo "the build $have of the kernel $running is installed, and $build runs"
    fi
  fi`;
