/** What `provision init` can be told. Of an inventory all that its schemas say. */
export const STORAGES = ['glusterfs', 'nfs', 'none'] as const;
export const DATABASES = ['sqlite', 'postgresql', 'mysql'] as const;
export const CERTIFICATES = ['cert', 'letsencrypt', 'notls'] as const;
export type StorageKind = (typeof STORAGES)[number];
export type DatabaseKind = (typeof DATABASES)[number];
export type CertificateKind = (typeof CERTIFICATES)[number];
