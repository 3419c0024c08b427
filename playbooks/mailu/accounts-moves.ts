import { sh } from 'provision-swarm';
import { ADMIN } from './accounts-places.ts';
import { stops } from './stops.ts';

/**
 * Commands that bring accounts somewhere. None writes over a file, or leaves a journal beside one that it does not belong to: sqlite
 * would play it back into that file (sqlite.org/howtocorrupt.html, 1.4). They are pasted, so none of them ends the shell.
 */

/** A directory of Docker's may have any name. */
const word = (path: string) => sh`${path}`.shown;
const folderOf = (file: string) => file.replace(/\/main\.db$/, '');

/** Moves a file of sqlite's aside, with what belongs to it: a half change would stay in its journal. It fails where something is left. */
export function aside(file: string): string {
  const path = word(file);
  return `now=$(date +%s) left=; for end in "" -journal -wal -shm; do [ ! -e ${path}$end ] || mv -n ${path}$end ${path}.aside-$now$end; [ ! -e ${path}$end ] || left=yes; done; [ -z "$left" ]`;
}

const room = (file: string) => `mkdir -p ${word(folderOf(file))} && { ${aside(file)}; }`;

/** Brings a copy, which is whole in itself, to its place. */
export const restores = (copy: string, file: string) => `${room(file)} && cp -n ${word(copy)} ${word(file)}`;

/** The same for a file that a person has, and names in its place. */
export const restoresBackup = (file: string) =>
  `[ -s YOUR-BACKUP ] && ${room(file)} && install -m 0600 YOUR-BACKUP ${word(file)}`;

/** Brings a directory with accounts that nobody has open, with their journal and what else is there, and then moves them aside. */
export function brings(from: string, to: string): string {
  const file = word(`${from}/main.db`);
  // What has it open is printed, where something has. find(1) has a file open itself that it is to compare with (-samefile).
  const closed = `open=$(timeout 60 find -L /proc/[0-9]*/fd -maxdepth 1 -type f -printf '%D:%i %p\\n' 2>/dev/null); [ $? -ne 124 ] && ! printf '%s\\n' "$open" | grep "^$(stat -c %d:%i ${file}) "`;
  const idle = `[ -z "$(docker ps -q --filter label=com.docker.swarm.service.name=${ADMIN})" ] && { ${closed}; }`;
  const copied = `tar -C ${word(from)} -cf - . | tar -C ${word(to)} --skip-old-files -xpf - && cmp ${file} ${word(`${to}/main.db`)}`;
  return `${idle} && ${room(`${to}/main.db`)} && ${copied} && { ${aside(`${from}/main.db`)}; }`;
}

/** As templates/copy-accounts.sh.hbs makes its copies: by sqlite's online backup, and read once through. */
const BACKUP = [
  'import os,sqlite3,sys,tempfile',
  'path=os.path.join(tempfile.mkdtemp(),"main.db")',
  'source=sqlite3.connect("file:/data/main.db?mode=rw",uri=True,timeout=60)',
  'copy=sqlite3.connect(path)',
  'source.backup(copy)',
  'said=copy.execute("pragma integrity_check").fetchone()[0]',
  'copy.execute("pragma journal_mode = delete")',
  'copy.close()',
  'said=="ok" or sys.exit("the copy is not whole: "+said)',
  'sys.stdout.buffer.write(open(path,"rb").read())',
  'os.remove(path)',
].join('; ');

/** Copies out of a container what would be gone with it: while it runs by sqlite's backup, what else is there after that. */
export function copiesOut(id: string, running: boolean, to: string): string {
  const short = id.slice(0, 12);
  const file = word(`${to}/main.db`);
  const unpacks = (without: string) =>
    `docker cp ${short}:/data - | tar -x --skip-old-files --strip-components=1${without} -C ${word(to)}`;
  if (!running) return `${room(`${to}/main.db`)} && ${unpacks('')} && [ -s ${file} ]`;
  const backup = `docker exec --user "$(docker exec ${short} stat -c %u:%g /data/main.db)" ${short} python3 -c '${BACKUP}'`;
  return `${room(`${to}/main.db`)} && ( umask 077; ${backup} >${file}.new ) && mv -n ${file}.new ${file} && ${unpacks(" --exclude='data/main.db*'")}`;
}

/** Nobody writes the accounts once it has ended. */
export const STOPS = stops(ADMIN);
