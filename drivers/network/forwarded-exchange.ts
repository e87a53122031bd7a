import { request as httpRequest, type ClientRequest, type IncomingMessage, type InformationEvent, type ServerResponse } from 'node:http'
import { answerHeaders, backendHeader, balancerHeader, hasBody, requestHeaders, trailersOf } from './forwarded-headers.js'
import type { UpstreamConnections } from './upstream-connections.js'
import { errorWithCode, responseTimeoutCode, upstreamFailureOf, type UpstreamFailure } from './upstream-failure.js'

export interface ExchangeOptions {
  readonly backend: { readonly id: string; readonly host: string; readonly port: number }
  readonly connections: UpstreamConnections
  /** The backend failed before its answer began: the client got a 502 or 504 of ours. */
  readonly onFailure: () => void
}

/**
 * One request forwarded to one backend, once: it is never sent again, so that no loss is hidden. Bodies stream in
 * both directions as they come. A client that goes away takes the upstream request with it.
 */
export class ForwardedExchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #options: ExchangeOptions
  readonly #upstream: ClientRequest
  #uploading = false // the client has not sent all of its body
  #uploadBlocked = false // the backend does not take the body
  #downloadBlocked = false // the client does not take the answer
  #downloading = false // a part of the answer's body was passed on
  #framed = true // the client can tell a cut answer from a whole one
  #ended = false // the client has got all it will get

  /** Throws when the request cannot be expressed as a request to the backend. */
  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    this.#request = request
    this.#response = response
    this.#options = options
    const { backend } = options
    this.#upstream = httpRequest({
      host: backend.host,
      port: backend.port,
      method: request.method!,
      path: request.url!,
      headers: requestHeaders(request, `${backend.host}:${backend.port}`),
      agent: options.connections,
    })
    response.sendDate = false // the date is the backend's to give
    this.#connect()
    if (hasBody(request)) this.#upload()
    else this.#upstream.end()
  }

  #connect(): void {
    const upstream = this.#upstream
    upstream.once('response', (answer) => this.#forwardAnswer(answer))
    upstream.on('information', (information) => this.#forwardInformation(information))
    upstream.on('error', (error) => this.#fail(error))
    upstream.once('socket', (socket) => {
      this.#options.connections.onSilence(socket, (silentMs) => this.#endSilence(silentMs))
    })
    this.#response.on('error', () => {}) // the client is gone; 'close' follows
    this.#response.once('close', () => {
      if (this.#ended) return
      this.#ended = true
      upstream.destroy()
    })
  }

  /** Nothing moved for a long time. Whether that is the backend's fault depends on whose turn it is. */
  #endSilence(silentMs: number): void {
    if (this.#downloadBlocked || (this.#uploading && !this.#uploadBlocked)) return
    this.#upstream.destroy(errorWithCode(responseTimeoutCode, `not a byte for ${silentMs} ms`))
  }

  #upload(): void {
    this.#uploading = true
    const request = this.#request
    const upstream = this.#upstream
    // The head must not wait for the body: the client may hold the body back as long as it likes.
    upstream.flushHeaders()
    const onData = (chunk: Buffer): void => {
      if (upstream.write(chunk)) return
      this.#uploadBlocked = true
      request.pause()
      upstream.once('drain', () => {
        this.#uploadBlocked = false
        request.resume()
      })
    }
    request.on('data', onData)
    request.once('end', () => {
      this.#uploading = false
      const trailers = trailersOf(request)
      if (trailers.length > 0) upstream.addTrailers(trailers)
      upstream.end()
    })
    request.on('error', () => {}) // 'close' follows
    // Nobody takes the rest any more: discard it, so that the client can read its answer.
    upstream.once('close', () => {
      request.off('data', onData)
      request.resume()
    })
  }

  #forwardInformation(information: InformationEvent): void {
    if (this.#request.httpVersionMinor === 0 || this.#response.headersSent) return
    if (information.statusCode === 100) {
      this.#response.writeContinue()
    } else if (information.statusCode === 103 && information.headers.link !== undefined) {
      this.#response.writeEarlyHints({ link: information.headers.link })
    }
  }

  #forwardAnswer(answer: IncomingMessage): void {
    const response = this.#response
    if (this.#ended) return
    this.#options.connections.noteAnswer(answer)
    this.#framed = this.#request.httpVersionMinor > 0 || answer.headers['content-length'] !== undefined
    const headers = answerHeaders(answer, { chunkable: this.#request.httpVersionMinor > 0 && this.#request.method !== 'HEAD' })
    try {
      response.writeHead(answer.statusCode!, answer.statusMessage!, headers)
    } catch (error) {
      this.#fail(error)
      this.#upstream.destroy()
      return
    }
    this.#forwardBody(answer)
    // After what came in the same segment: head and body then leave in one, and a head alone does not wait.
    process.nextTick(() => {
      if (!this.#ended && !this.#downloading) response.flushHeaders()
    })
  }

  #forwardBody(answer: IncomingMessage): void {
    const response = this.#response
    answer.on('data', (chunk: Buffer) => {
      this.#downloading = true
      if (response.write(chunk)) return
      this.#downloadBlocked = true
      answer.pause()
      response.once('drain', () => {
        this.#downloadBlocked = false
        answer.resume()
      })
    })
    answer.once('end', () => {
      if (this.#ended) return
      this.#ended = true
      const trailers = trailersOf(answer)
      if (trailers.length > 0) response.addTrailers(trailers)
      if (this.#uploading) this.#endWithClient()
      response.end()
    })
    answer.on('error', (error) => this.#fail(error))
    answer.once('close', () => {
      if (!answer.complete) this.#fail(errorWithCode('ECONNRESET', 'the answer ended too early'))
    })
  }

  /** The answer came before the whole body, or instead of 100-continue: from now on only the socket tells of the client's end. */
  #endWithClient(): void {
    const { socket } = this.#request
    const onClose = (): void => void this.#upstream.destroy()
    socket.once('close', onClose)
    this.#request.once('end', () => socket.off('close', onClose))
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#response.headersSent) {
      this.#cutClient()
      return
    }
    this.#options.onFailure()
    const failure = upstreamFailureOf(error)
    answerForBackend(this.#response, failure, { backend: this.#options.backend.id, reused: this.#upstream.reusedSocket })
  }

  #cutClient(): void {
    // Without framing an orderly close is the end of the answer: only a reset shows that it is not whole.
    if (this.#framed) this.#request.socket.destroy()
    else this.#request.socket.resetAndDestroy()
  }
}

function answerForBackend(response: ServerResponse, failure: UpstreamFailure, options: { readonly backend: string; readonly reused: boolean }): void {
  const connection = options.reused ? 'a reused connection' : 'a new connection'
  const text = `no answer from backend ${options.backend} on ${connection}: ${failure.reason}: ${failure.detail}\n`
  response.writeHead(failure.status, {
    [balancerHeader]: failure.reason,
    [backendHeader]: options.backend,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
