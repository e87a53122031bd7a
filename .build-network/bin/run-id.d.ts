/** Sorts by time and is unique: '20270131-142501-3f9a2c'. */
export declare function newRunId(): string;
