import { createHash } from 'node:crypto';
/** Repeatable numbers in [0, 1): the same seed and name give the same row (mulberry32 over a hash of both). */
export function seededRandom(seed, name) {
    let state = createHash('sha256').update(`${seed}/${name}`).digest().readUInt32LE(0);
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
}
