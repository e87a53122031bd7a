/** Repeatable numbers in [0, 1): the same seed and name give the same row (mulberry32 over a hash of both). */
export declare function seededRandom(seed: number, name: string): () => number;
