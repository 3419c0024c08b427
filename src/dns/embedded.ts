/** Docker's own name server, as every container on an overlay network has it. */
export const EMBEDDED = '127.0.0.11';
