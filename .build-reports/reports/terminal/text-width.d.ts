/** Columns that text takes on a terminal. Colour codes of ours take none; hostile ones never get here. */
export declare function textWidth(text: string): number;
export declare const padEnd: (text: string, columns: number) => string;
export declare const padStart: (text: string, columns: number) => string;
/** At most so many columns; what is cut off shows as an ellipsis, and a colour that was open is closed. */
export declare function truncate(text: string, columns: number): string;
/** Breaks at spaces so that no line is wider than asked, and inside a word only when the word alone is wider. */
export declare function wrap(text: string, columns: number): readonly string[];
