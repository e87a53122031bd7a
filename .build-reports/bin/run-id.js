import { randomBytes } from 'node:crypto';
/** Sorts by time and is unique: '20270131-142501-3f9a2c'. */
export function newRunId() {
    const time = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
    return `${time}-${randomBytes(3).toString('hex')}`;
}
