export type Handler<T> = (args: T) => Promise<number>
/** Makes a yargs handler of a command that is loaded only when it is called. */
export type Register = <T>(load: () => Promise<Handler<T>>) => (args: T) => Promise<void>
