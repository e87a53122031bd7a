import { randomUUID } from 'node:crypto';
export const newIdentity = (instance) => ({ instance, boot: randomUUID() });
/** Version of the program: the public one and the exact release. */
export const version = '1';
export const releaseId = '1.0.0';
