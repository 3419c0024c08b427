import { CLOSE, END, OPEN, RUN } from './texts.ts';

/** What a fix can say without what only a run knows. */
export const plain = (text: string): string =>
  text
    .replaceAll(new RegExp(`${OPEN}[^${CLOSE}]*${CLOSE}`, 'gs'), '…')
    .replaceAll(/[⟪⟫]/g, '')
    .replaceAll(/\s+/g, ' ');

/** The words of a fix that are for a person. */
export const wordsOf = (text: string): string =>
  text.replaceAll(new RegExp(`${RUN}[^${END}]*${END}`, 'gs'), ' ');

/** The commands of a fix: what is run on a host; else what stands in backticks, or after a colon; else all of it. */
export function commandsOf(text: string): readonly string[] {
  const run = [...text.matchAll(new RegExp(`${RUN}([^${END}]*)${END}`, 'gs'))].map(([, one = '']) => one);
  if (run.length > 0) return run.map(plain);
  const quoted = [...text.matchAll(/`([^`]*)`/g)].map(([, one = '']) => one);
  if (quoted.length > 0 && !text.includes(': ')) return quoted.map(plain);
  return [plain(text.slice(text.lastIndexOf(': ') + 1)).trim()];
}

/** The single commands of a line of shell, without its keywords and what is quoted. */
export function simpleOf(line: string): readonly string[] {
  return line
    .replaceAll(/'[^']*'/g, 'QUOTED')
    .replaceAll(/\d?>&\d|\d?>\/dev\/null/g, '')
    .replaceAll(/"\$(\w+)"/g, 'QUOTED')
    .split(/;|&&|\|\|?|\$\(|\)|\n/)
    .map((one) =>
      one
        .trim()
        .replace(/^((do|then|else|if|until|while|!|\{|\()\s+)+/, '')
        .replace(/^for \w+ in\s*/, '')
        .replace(/^(done|fi|esac|\})?$/, '')
        .replace(/^timeout (-s \w+ )?\d+ /, ''),
    )
    .filter((one) => one !== '');
}

const ANY = '(docker|podman|…)';

/** Programs, with the words after them, that read and change nothing. */
const READS = [
  `${ANY}( -H \\S+)? (info|ps|inspect|logs|diff)`,
  'docker (node|service|network|volume|stack) (ls|ps|inspect)',
  'docker swarm unlock-key',
  'docker exec \\S+ flask mailu config-export',
  'dockerd --validate',
  'gluster (pool list|peer status)',
  'gluster volume (info|list|status)',
  'gluster volume heal \\S+ info',
  'systemctl (status|cat|show|list-units|list-sockets|list-jobs)',
  'findmnt|lsblk|df|du|ls|cat|stat|getfattr|journalctl|dmesg|free|ps',
  'fuser -v',
  'find(?!.*-(delete|exec))',
  'ip route|ip -4 -o addr',
  'hostname$',
  'sudo -l$',
  'timedatectl$|date$',
  'apt-cache policy|apt-mark showhold|apt-config dump|apt-get indextargets|apt-get -s',
  'dpkg (--audit|-l)|rpm -qi?|rpmdb --verifydb',
  'dnf (repolist|module list)',
  'grep|sort|head|tail|echo|printf',
].map((one) => new RegExp(`^(${one})( |$)`));

/** Whether a single command only reads. One that writes into a file does not. */
export const isRead = (command: string): boolean =>
  !/>/.test(command) && READS.some((one) => one.test(command));

/** Words of commands that take something away, end it, or put another thing in its place. */
export const DESTRUCTIVE =
  /\b(rm|mv|umount|kill|leave|demote|detach|remove-brick|purge|wipefs|mkfs|truncate|prune)\b|--force|\bforce$|\b(stop|restart|disable)\b|scale \S+=0|sed -i|service update|ssh-keygen -R|docker pause/;

/** A command in a sentence: `(systemctl restart glusterd)`. */
export const PARENTHESISED = /\((systemctl|docker|gluster|hostnamectl|exportfs|provision)\b[^)]*\)/g;

/** What no sentence tells a person to type. */
export const NEVER = /\brm -|--force\b|\b(mkfs|wipefs)\b|\bumount \S*\//;
