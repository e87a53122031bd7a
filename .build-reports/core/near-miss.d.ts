/** The known words nearest to what was written, nearest first; empty when nothing is near. */
export declare function nearMisses(written: string, known: readonly string[], countMax?: number): readonly string[];
