import { raw, type Script, sh, shared } from '../shell/index.ts';

/** Seconds that systemd may take to say which units mount something. */
const PATIENCE = 10;

const PROPERTIES = 'Id,Where,ActiveState,UnitFileState,FragmentPath,ActiveEnterTimestamp';

/** Where systemd reads unit files, of people, packages and generators: systemd.unit(5), "System Unit Search Path". */
const UNIT_PATH = [
  '/etc/systemd/system.control',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/run/systemd/generator.late',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/**
 * What systemd says of each mount unit that has a file, and of each that has failed: lines `Name=value` (Id, Where, ActiveState,
 * UnitFileState, FragmentPath, ActiveEnterTimestamp), an empty line between two units. Those that only stand for what is mounted, as
 * Docker makes hundreds, are left out. A command; where systemd did not answer it fails, and prints why.
 */
export const mountUnits: Script = shared(
  'mount_units',
  sh`
    command -v systemctl >/dev/null || exit 0
    set -- '*.mount'
    for file in ${raw(UNIT_PATH.map((folder) => `${folder}/*.mount`).join(' '))}; do
      [ -e "$file" ] || [ -L "$file" ] || continue
      # What is not the name of a unit would be an error for all of them.
      case \${file##*/} in *[!0-9A-Za-z:_.@\\-]* | *@.mount) continue ;; esac
      set -- "$@" "\${file##*/}"
    done
    timeout ${PATIENCE} systemctl show --timestamp=us+utc --state=failed ${`--property=${PROPERTIES}`} -- "$@" 2>&1`,
);

/** Prints since when a unit is active, and nothing where it is not. */
const SINCE = String.raw`
BEGIN {
  RS = ""
  FS = "\n"
}
{
  id = since = ""
  for (n = 1; n <= NF; n++) {
    if ($n ~ /^Id=/) id = substr($n, 4)
    if ($n ~ /^ActiveEnterTimestamp=/) since = substr($n, 22)
  }
  if (id == ENVIRON["UNIT"]) {
    print since
    exit
  }
}`;

/** Text that defines `mounted_since UNIT`: since when a mount unit with a file is active, as systemd has it; nothing where it is not. */
export const MOUNTED_SINCE: Script = sh`mounted_since() { ${mountUnits} | UNIT=$1 awk ${SINCE}; }`;
