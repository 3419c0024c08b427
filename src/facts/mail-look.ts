import { raw } from '../shell/index.ts';

/** Seconds that a file system may take to answer. */
export const PATIENCE = 10;
/** Mailboxes that are named. */
const SOME = 5;

/**
 * Text that looks at each of its arguments by its name: a file of sqlite's, or the directory of the mail, the keys or the copies.
 * What cannot be looked at is not what is not there: the client of a file system has ended, or its server has forgotten it.
 */
export const LOOK = raw(`\
at() {
  told=$(stat -L -c "%s %Y" -- "$1" 2>&1) && return 0
  case $told in *"No such file"* | *"Not a directory"*) ;; *) echo "unknown $told" ;; esac
  return 1
}
file() {
  at "$1" || return 0
  size=\${told%% *} time=\${told##* }
  # A database that has been given its first pages may have them all in its log.
  [ "$size" != 0 ] || [ -s "$1-wal" ] || return 0
  # What sqlite has not yet brought from its log into the file is of the accounts as well.
  told=$(stat -L -c %Y -- "$1-wal" 2>/dev/null) && [ "$told" -gt "$time" ] && time=$told
  printf "%s %s %s %s\\n" "$2" "$size" "$time" "$1"
  [ "$2" = database ] || return 0
  on=$(findmnt -rn -o FSTYPE,SOURCE -T "$(readlink -f -- "$1")" 2>/dev/null | tail -n 1)
  printf "is %s %s %s\\n" "$(stat -L -c %d:%i -- "$1")" "\${on:-- -}" "$1"
}
list() { ! at "$1" || { echo "folder \${1##*/}"; names=$(ls -1A -- "$1" 2>&1) && printf "%s\\n" "$names"; } || printf "unknown %s\\n" "$names" | head -n 1; }
for path; do
  case $path in
    *.db) file "$path" database ;;
    */mail) list "$path" | sed -e "/^unknown /b" -e "/^folder /b" -e "/@/!d" -e "s/^/mailbox /" | head -n ${SOME + 1} ;;
    */dkim) list "$path" | sed -e "/^unknown /b" -e "/^folder /b" -e "/[.]key$/!d" -e "s/^/key /" ;;
    */overrides) ! at "$path" || find "$path/" -mindepth 1 -maxdepth 2 -type f -printf "override %P\\n" ;;
    */deployed) list "$path" | sed -e "/^unknown /b" -e "/^folder /d" -e "s/^/deployed /" ;;
    *) ! at "$path" || { echo begun yes; ! at "$path/.copied" || echo "copied \${told##* }"; for copy in "$path"/main-*.db; do file "$copy" copy; done; } ;;
  esac
done
exit 0`);
