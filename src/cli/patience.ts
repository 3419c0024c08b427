/** Seconds that a host may take, where nobody says otherwise: to answer a question, and for all commands of a stage. */
export const PATIENCE = { question: 180, stage: 1800 } as const;
