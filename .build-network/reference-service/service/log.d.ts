/** One JSON object a line on standard output. */
export declare function log(message: string, detail?: Readonly<Record<string, unknown>>): void;
