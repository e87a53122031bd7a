/**
 * File of a program of ours that is run as a process of its own, such as `machine`, beside the module that asks.
 * Compiled code lies in `dist`; a module that runs from source (in tests) is given the compiled program, as Node
 * cannot run the source. Throws SeaworthyError when it was not built.
 */
export declare function ownProgram(moduleUrl: string, name: string): string;
