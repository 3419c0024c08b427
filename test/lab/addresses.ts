/** Where the registry of the lab answers. */
export const REGISTRY_ADDRESS = '172.31.77.3';
/** The same, as the names of its images begin. */
export const REGISTRY = `${REGISTRY_ADDRESS}:5000`;
