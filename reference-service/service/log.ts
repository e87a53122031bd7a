/** Parts of the service whose debug output can be switched on by itself. */
export const logModules = ['records', 'http', 'database', 'service'] as const
export type LogModule = (typeof logModules)[number]
export type LogLevel = 'debug' | 'info' | 'error'
type Detail = Readonly<Record<string, unknown>>

const talkative = new Set<LogModule>()

/** One JSON object a line on standard output. */
export function log(message: string, detail: Detail = {}): void {
  write('info', 'service', { message, ...detail })
}
export function logOf(module: LogModule, message: string, detail: Detail = {}): void {
  write('info', module, { message, ...detail })
}
export function logError(module: LogModule, message: string, detail: Detail = {}): void {
  write('error', module, { message, ...detail })
}
/** Costs one look-up while nobody listens; `detail` is made for those who do. */
export function logDebug(module: LogModule, message: string, detail: () => Detail): void {
  if (talkative.has(module)) write('debug', module, { message, ...detail() })
}
export function setDebug(module: LogModule, on: boolean): void {
  if (on) talkative.add(module)
  else talkative.delete(module)
}
export const isDebug = (module: LogModule): boolean => talkative.has(module)

function write(level: LogLevel, module: LogModule, rest: Detail): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, module, ...rest })}\n`)
}
