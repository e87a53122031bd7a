/** A Retry-After field as a span from the answer on: whole seconds, or a date. Undefined when it is missing or neither. */
export function retryAfterMs(field: string | undefined, date?: string): number | undefined {
  const text = field?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const atMs = /^[A-Z][a-z]{2},/.test(text) ? Date.parse(text) : Number.NaN
  // Both times are of the clock of the service, which need not be ours.
  const nowMs = Date.parse(date ?? '')
  return Number.isNaN(atMs) || Number.isNaN(nowMs) ? undefined : Math.max(0, atMs - nowMs)
}
