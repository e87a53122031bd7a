/** One JSON object a line on standard output. */
export function log(message: string, detail: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...detail })}\n`)
}
