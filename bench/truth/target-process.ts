import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { monotonicMs, type TargetCall, type TargetCalls, type TargetPlan, type Truth } from './protocol.js'

/**
 * The synthetic target: a service that does exactly what it is told, and writes down what it did. A program of its own,
 * so that it shares no event loop with what measures it. Ends with its parent.
 */
let plan: TargetPlan = {}
let server: Server
let boot = randomUUID()
let port = 0
let frozen = false
let lightAgain: Promise<void> = Promise.resolve()
const waiting: (() => void)[] = []
const log: Truth[] = []
const sockets = new Set<Socket>()
const values = new Map<string, string>()
const visibleAtMs = new Map<string, number>()
const effects = new Map<string, number>()
const counts = { item: 0, write: 0, acknowledged: 0, work: 0 }

const isNth = (count: number, every: number | undefined): boolean => every !== undefined && count % every === 0
/** The n-th of `count` spread evenly over the first `among`. */
const isChosen = (n: number, { count, among }: { readonly count: number; readonly among: number }): boolean =>
  n <= among && Math.floor((n * count) / among) > Math.floor(((n - 1) * count) / among)

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'x-instance': 'target', 'x-boot': boot })
  response.end(text)
}

function lose(key: string, request: IncomingMessage, response: ServerResponse): void {
  const manner = plan.lose?.manner ?? 'fin'
  log.push({ what: 'lost', key, manner, atMs: monotonicMs() })
  if (manner === 'rst') request.socket.resetAndDestroy()
  else if (manner === 'fin') request.socket.end()
  else {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000, 'x-instance': 'target', 'x-boot': boot })
    response.write('{"half":', () => request.socket.end())
  }
}

/** A timer waits at least as long as it is asked to, and whole milliseconds: what it took is measured, not assumed. */
function item(key: string, request: IncomingMessage, response: ServerResponse): void {
  const beganAtMs = monotonicMs()
  const nth = (counts.item += 1)
  if (isNth(nth, plan.lose?.every)) {
    setTimeout(() => lose(key, request, response), plan.lose?.afterMs ?? 0)
    return
  }
  const { delay } = plan
  const end = (): void => {
    const atMs = monotonicMs()
    log.push({ what: 'answered', key, tookMs: atMs - beganAtMs, atMs })
    answer(response, 200, { key })
  }
  const waitMs = delay === undefined ? (plan.lose?.afterMs ?? 0) : isNth(nth, delay.slowEvery) ? delay.slowMs : delay.usualMs
  if (waitMs === 0) end()
  else setTimeout(end, waitMs)
}

function write(key: string, value: string, { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse }): void {
  const nth = (counts.write += 1)
  if (isNth(nth, plan.storeUnanswered?.every)) {
    values.set(key, value)
    log.push({ what: 'stored-unanswered', key, atMs: monotonicMs() })
    request.socket.end()
    return
  }
  const forgotten = plan.forget !== undefined && isChosen((counts.acknowledged += 1), plan.forget)
  if (!forgotten) values.set(key, value)
  const atMs = monotonicMs()
  log.push({ what: forgotten ? 'forgotten' : 'acknowledged', key, atMs })
  visibleAtMs.set(key, atMs + (plan.lagMs ?? 0))
  answer(response, 200, { key, value })
}

function work(key: string, forMs: number, response: ServerResponse): void {
  const nth = (counts.work += 1)
  const count = isNth(nth, plan.effects?.twiceEvery) ? 2 : isNth(nth, plan.effects?.neverEvery) ? 0 : 1
  effects.set(key, count)
  log.push({ what: 'effects', key, count, atMs: monotonicMs() })
  setTimeout(() => answer(response, 200, { key }), forMs)
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://target')
  const [, name = '', key = ''] = url.pathname.split('/')
  if (name === 'item') return item(key, request, response)
  if (name === 'work') return work(key, Number(url.searchParams.get('ms')), response)
  if (name === 'effects') return answer(response, 200, { count: effects.get(key) ?? 0 })
  if (name === 'held') {
    const now = monotonicMs()
    const asked = (url.searchParams.get('keys') ?? '').split(',')
    return answer(response, 200, asked.filter((one) => (key === 'primary' ? values.has(one) : (visibleAtMs.get(one) ?? Infinity) <= now)))
  }
  if (name !== 'values') return answer(response, 200, { ready: true })
  if (request.method !== 'PUT') return values.has(key) ? answer(response, 200, { value: values.get(key) }) : answer(response, 404, {})
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => (body += text))
  request.on('end', () => write(key, (JSON.parse(body) as { value: string }).value, { request, response }))
}

function listen(): Promise<void> {
  server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    if (frozen) waiting.push(() => handle(request, response))
    else handle(request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => {
    port = (server.address() as AddressInfo).port
    resolve()
  }))
}

async function comeBack(manner: 'refuse' | 'freeze'): Promise<void> {
  if (manner === 'refuse') {
    boot = randomUUID()
    await listen()
  }
  log.push({ what: 'light', atMs: monotonicMs() })
  frozen = false
  for (const one of waiting.splice(0)) one()
}

const calls: { [N in keyof TargetCalls]: (argument: Parameters<TargetCalls[N]>[0]) => Promise<ReturnType<TargetCalls[N]>> } = {
  start: async (given) => {
    plan = given as TargetPlan
    await listen()
    return { port }
  },
  dark: async (options) => {
    const { forMs, manner } = options as { readonly forMs: number; readonly manner: 'refuse' | 'freeze' }
    log.push({ what: 'dark', atMs: monotonicMs() })
    if (manner === 'freeze') frozen = true
    else {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
    }
    lightAgain = new Promise((resolve) => setTimeout(resolve, forMs)).then(() => comeBack(manner))
    return null
  },
  light: async () => {
    await lightAgain
    return null
  },
  log: async () => log,
}

process.on('message', (message) => {
  const { id, name, argument } = message as TargetCall
  void calls[name](argument as never).then((value) => process.send?.({ id, value }))
})
process.on('disconnect', () => process.exit(0))
