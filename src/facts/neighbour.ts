/** A container that runs on this host, or will when its engine starts again. */
export interface ContainerFact {
  readonly engine: 'docker' | 'podman';
  readonly name: string;
  readonly image: string;
  readonly running: boolean;
  /** Whether the engine starts it again when the engine is started. */
  readonly returns: boolean;
  /** Of Docker Compose, by its label. */
  readonly project: string | undefined;
  /** The service of the swarm that it is a task of. */
  readonly service: string | undefined;
  /** TCP ports of the host. */
  readonly ports: readonly number[];
  readonly mounts: readonly WritableMount[];
  /** What it has from outside of itself, volumes included, by where its programs find it. */
  readonly keeps: readonly KeptVolume[];
  /** Whether its engine removes it, with its volumes that have no name, once it ends. */
  readonly fleeting: boolean;
}

/** A directory or file of the host that is given to a container to write. */
export interface WritableMount {
  /** As it was given. */
  readonly source: string;
  /** Without symbolic links, where that could be told. */
  readonly path: string;
  /** Whether it is on a file system that other hosts may have mounted as well. */
  readonly shared: boolean;
}

/** A service of the swarm, as a manager lists it. */
export interface ServiceFact {
  readonly name: string;
  readonly image: string;
  readonly stack: string | undefined;
  /** `undefined`: one on each node. */
  readonly replicas: number | undefined;
  /** TCP ports that every node answers at. */
  readonly meshPorts: readonly number[];
  readonly mounts: readonly WritableMount[];
  /** What it keeps in directories of hosts and in volumes of Docker's, by where its programs find it. */
  readonly keeps: readonly KeptPlace[];
  /** What it only reads, likewise. */
  readonly reads: readonly KeptPlace[];
}

export interface KeptPlace {
  /** In the container. */
  readonly target: string;
  /** The directory as it was given, or the name of the volume; empty where it has none. */
  readonly source: string;
  /** The directory without symbolic links; the name of the volume. */
  readonly path: string;
  readonly volume: boolean;
}

/** What a container has at a place: a directory of its host, wherever that one comes from. */
export interface KeptVolume extends KeptPlace {
  /** A volume that Docker has made for this container alone, and removes with it. */
  readonly unnamed: boolean;
  /** No file is in that volume, as far as was looked: only directories, or sockets. */
  readonly empty: boolean;
}

export interface NeighbourFacts {
  readonly containers: readonly ContainerFact[];
  /** Tasks of swarm that have ended, while Docker still has their containers. */
  readonly former: readonly ContainerFact[];
  /** All paths at which the host has each of the places that were asked for: through links and bind mounts as well. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Empty where the host is no manager. */
  readonly services: readonly ServiceFact[];
}
