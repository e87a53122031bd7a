import type { IncomingMessage } from 'node:http'

/** Says in an answer that the balancer made it up, and why. Never forwarded from a backend. */
export const balancerHeader = 'x-seaworthy-balancer'
/** Beside it: the id of the backend that failed. */
export const backendHeader = 'x-seaworthy-backend'

/** Fields that hold for one connection only and are never forwarded (RFC 9110 7.6.1). */
const hopByHop = new Set(['connection', 'proxy-connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'])

/** Tokens of `Connection`, lower case: those fields are for this hop only, too. */
function connectionTokens(message: IncomingMessage): readonly string[] {
  const value = message.headers.connection
  if (value === undefined || value === 'keep-alive' || value === 'close') return []
  return value.toLowerCase().split(',').map((token) => token.trim())
}

/** End-to-end fields in their order and spelling, as [name, value, name, value, …]. */
function endToEnd(message: IncomingMessage, dropped: (name: string) => boolean): string[] {
  const tokens = connectionTokens(message)
  const raw = message.rawHeaders
  const kept: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!
    const lowerCase = name.toLowerCase()
    if (hopByHop.has(lowerCase) || tokens.includes(lowerCase) || dropped(lowerCase)) continue
    kept.push(name, raw[index + 1]!)
  }
  return kept
}

export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0

/**
 * Fields of the request to the backend: framing is made anew, `Via` is added (RFC 9110 7.6.3), everything else
 * is passed on as it came. `authority` stands in when an HTTP/1.0 client named no host.
 */
export function requestHeaders(request: IncomingMessage, authority: string): string[] {
  const chunked = request.headers['transfer-encoding'] !== undefined
  const headers = endToEnd(request, (name) => name === 'trailer' && !chunked)
  if (request.headers.host === undefined) headers.push('Host', authority)
  if (chunked) headers.push('Transfer-Encoding', 'chunked')
  else if (request.headers['content-length'] === undefined && !['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE'].includes(request.method!)) {
    headers.push('Content-Length', '0')
  }
  headers.push('Via', `${request.httpVersion} seaworthy`)
  return headers
}

/** Fields of the answer to the client. Trailers can only be announced when the answer to the client is chunked, too. */
export function answerHeaders(answer: IncomingMessage, options: { readonly chunkable: boolean }): string[] {
  const trailers = options.chunkable && answer.headers['transfer-encoding'] !== undefined
  return endToEnd(answer, (name) => name === balancerHeader || (name === 'trailer' && !trailers))
}

/** Trailer fields as pairs. */
export function trailersOf(message: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index < message.rawTrailers.length; index += 2) {
    pairs.push([message.rawTrailers[index]!, message.rawTrailers[index + 1]!])
  }
  return pairs
}
