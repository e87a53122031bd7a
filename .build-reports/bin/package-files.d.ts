/** A file of the installed package; compiled code runs from dist/bin. */
export declare const packageFile: (path: string) => string;
export declare function packageVersion(): string;
export declare const referenceDescriptor: () => string;
