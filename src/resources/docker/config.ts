import { z } from 'zod';
import { defineResource } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { compareVersions, objectName, VERSION_OF, versionedName, versionsOf } from './versioned.ts';

const want = z.strictObject({
  /** What it is called; its name in the swarm has a digest of its content as well. */
  name: objectName,
  /** What is in it. Docker takes up to 1000 KiB. */
  content: z.string().min(1).max(1_000_000),
});
type Want = z.output<typeof want>;

/** The name in the swarm, for the services that use it. */
export const configVersion = ({ name, content }: Want) => versionedName(name, content);

/** A file that services of the swarm are given, by its version: another content is another config. Managers only. */
export const dockerConfig = defineResource({
  kind: 'docker-config',
  want,
  key: ({ name }) => name,

  observe: ({ name }) => versionsOf('config', name),

  diff: (wanted, there) => compareVersions(there, configVersion(wanted)),

  apply: ({ name, content }) => [
    {
      title: `create config ${name}`,
      script: sh`printf %s ${content} | docker config create --label ${`${VERSION_OF}=${name}`} ${configVersion({ name, content })} - >/dev/null`,
    },
  ],
});
