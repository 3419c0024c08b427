import {
  containerFacts,
  containerResolver,
  dataDirectory,
  definePlaybook,
  engineFacts,
  type FactAbout,
  givenFileFacts,
  listenerFacts,
  machineFacts,
  mailDataFacts,
  neighbourFacts,
  networkFacts,
  noMailData,
  openFileFacts,
  type Resource,
  stack,
  swarmFacts,
} from 'provision-swarm';
import { accounts } from './mailu/account-resources.ts';
import { dataOf, placesOf } from './mailu/accounts-places.ts';
import { askedManager, writerOf } from './mailu/asked-hosts.ts';
import { certificateFiles } from './mailu/certificate.ts';
import { check } from './mailu/check.ts';
import { copies, deployedMark, schedule } from './mailu/copies.ts';
import { adminHostOf } from './mailu/database.ts';
import { servicesOf } from './mailu/deployed.ts';
import { directories } from './mailu/directories.ts';
import { dns } from './mailu/dns.ts';
import { frontLabels } from './mailu/front-labels.ts';
import { inspectMailu } from './mailu/inspect.ts';
import { keptInServers } from './mailu/kept-in-servers.ts';
import { network } from './mailu/network.ts';
import { secretsAndConfigs, superseded } from './mailu/secrets-and-configs.ts';
import { stackFile } from './mailu/stack.ts';
import { mailuStatus } from './mailu/status.ts';
import { surroundings } from './mailu/surroundings.ts';
import { updatesOf } from './mailu/updates.ts';
import { validateMailu } from './mailu/validate.ts';
import { logs, removeStack } from './mailu/verbs.ts';
import { servedBelow, writtenBelow } from './mailu/written.ts';
import {
  clusterSettings,
  hostSettings,
  type Mailu,
  type MailuCluster,
  type Reached,
  SERVICES,
} from './settings/mailu.ts';
import { clusterSettings as storageSettings } from './settings/storage.ts';
import { clusterSettings as swarmSettings } from './settings/swarm.ts';

type ResourcesOf = (mailu: Mailu, cluster: MailuCluster, host: Reached) => readonly Resource[];

/** What holds only where the inventory has a section `mailu`. */
const wanted = (part: ResourcesOf) => (host: Reached, cluster: MailuCluster) =>
  cluster.settings === undefined ? [] : part(cluster.settings, cluster, host);

/** What is done through one manager for all. */
const throughLead = (part: ResourcesOf) =>
  wanted((mailu, cluster, host) =>
    askedManager(cluster)?.name === host.name ? part(mailu, cluster, host) : [],
  );

type About = FactAbout<MailuCluster['settings'], MailuCluster['others']>;

const mailDataOf = ({ settings, others: { storage } }: About) =>
  settings === undefined ? noMailData : mailDataFacts(placesOf(settings, storage.root));

function written({ settings, others: { storage } }: About): readonly string[] {
  if (settings === undefined) return [];
  const places = writtenBelow(settings, storage.root);
  return [...places, ...servedBelow(places, storage)];
}

/** Whether the files of the certificate are on the shared storage. What is in them is not read. */
const certificateOf = ({ settings, others: { storage } }: About) =>
  givenFileFacts(settings === undefined ? [] : certificateFiles(settings, storage.root));

/** The Mailu stack on the swarm. */
export default definePlaybook({
  name: 'mailu',
  cluster: clusterSettings,
  host: hostSettings,
  others: { storage: storageSettings, swarm: swarmSettings },

  facts: {
    machine: machineFacts,
    swarm: swarmFacts,
    networks: networkFacts,
    containers: containerFacts,
    listeners: listenerFacts,
    mailData: mailDataOf,
    engines: engineFacts,
    neighbours: (about: About) => neighbourFacts(written(about)),
    openFiles: (about: About) => openFileFacts(written(about)),
    certificate: certificateOf,
  },

  validate: validateMailu,
  inspect: inspectMailu,

  stages: [
    {
      name: 'surroundings',
      resources: (host, cluster) => [
        ...throughLead((mailu) => [
          ...network(mailu, cluster),
          ...frontLabels(cluster),
          ...secretsAndConfigs(mailu, cluster),
        ])(host, cluster),
        ...wanted((mailu) => [
          ...(writerOf(cluster)?.name === host.name ? directories(cluster) : []),
          ...(adminHostOf(mailu, cluster)?.name === host.name && mailu.database.kind === 'sqlite'
            ? [dataDirectory({ path: dataOf(mailu.database.path) })]
            : []),
        ])(host, cluster),
      ],
    },
    {
      name: 'deploy',
      // Where the accounts are decides where their administration runs.
      decidedBy: 'all hosts',
      resources: throughLead((mailu, cluster) => [
        stack({
          name: 'mailu',
          known: SERVICES,
          compose: stackFile(mailu, surroundings(mailu, cluster)),
          updates: updatesOf(cluster),
          keeps: keptInServers(mailu),
          patience: mailu.patience,
        }),
      ]),
    },
    { name: 'accounts', resources: wanted(accounts) },
    {
      name: 'copies',
      resources: wanted((mailu, cluster, host) => [
        ...copies(mailu, cluster, host),
        ...deployedMark(mailu, cluster, host),
      ]),
    },
    { name: 'schedule', resources: wanted(schedule) },
    {
      name: 'clean',
      resources: throughLead((mailu, cluster) => superseded(mailu, cluster)),
    },
    {
      name: 'containers',
      resources: wanted((mailu) => [containerResolver({ network: mailu.network.name })]),
    },
  ],

  status: mailuStatus,
  dns: dns,
  services: ({ settings }) => (settings === undefined ? [] : servicesOf(settings)),
  logs,
  removeStack: removeStack,
  check: check,
});
