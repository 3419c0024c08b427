import { type Script, sh } from '../shell/index.ts';
import { detached } from './detached.ts';

const environment = sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none`;

/** A command of apt or dpkg that asks nobody, and whose end does not depend on who listens. */
export const unattended = (command: Script): Script => detached(command, environment);
