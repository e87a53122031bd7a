import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodeConfiguration, refuseUnknownDefect } from './defects.js'
import { NoteJournal } from './notes/note-journal.js'
import type { Note } from './notes/note-journal.js'

/**
 * The note store: one process with a file of its own, not replicated. HOST, PORT, DATA_DIRECTORY and NOTE_STORE_RELEASE (1 or
 * 2; the second one writes with each line when it was written, and reads what the first one wrote).
 *
 * To be moved while it is used it can list its changes since a number, take over changes of another store, and stop
 * accepting notes: see `clone-note-store.ts`.
 */
refuseUnknownDefect()

function required(name: string): string {
  const value = process.env[name]
  if (value) return value
  process.stderr.write(`note-store: ${name} is not set\n`)
  process.exit(exitCodeConfiguration)
}

const release = process.env['NOTE_STORE_RELEASE'] === '2' ? 2 : 1
mkdirSync(required('DATA_DIRECTORY'), { recursive: true })
let journal: NoteJournal // before anybody is listened to
let frozen = false

const bodyBytesMax = 16 * 1_048_576
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error(`the body has more than ${bodyBytesMax} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

interface Reply {
  readonly status: number
  readonly body: unknown
}
const fine = (body: unknown): Reply => ({ status: 200, body })

async function answer(request: IncomingMessage): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://note-store')
  const key = /^\/notes\/([^/]+)$/.exec(pathname)?.[1]
  const route = `${request.method} ${key === undefined ? pathname : '/notes/:key'}`
  switch (route) {
    case 'GET /version':
      return fine({ release, notes: journal.last })
    case 'PUT /notes/:key': {
      if (frozen) return { status: 503, body: { error: 'frozen' } }
      const { text } = (await bodyOf(request)) as { text: string }
      return fine(await journal.write(decodeURIComponent(key ?? ''), text))
    }
    case 'GET /notes/:key': {
      const note = journal.read(decodeURIComponent(key ?? ''))
      return note === undefined ? { status: 404, body: { error: 'no such note' } } : fine(note)
    }
    case 'GET /changes':
      return fine({ changes: journal.changesAfter(Number(searchParams.get('after') ?? 0)), last: journal.last })
    case 'POST /changes':
      await journal.takeOver(((await bodyOf(request)) as { changes: readonly Note[] }).changes)
      return fine({ last: journal.last })
    case 'POST /freeze':
      frozen = true
      await journal.settled()
      return fine({ last: journal.last })
    default:
      return { status: 404, body: { error: `no route ${route}` } }
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body))
}

const server = createServer((request, response) => {
  answer(request).then(
    (reply) => send(response, reply),
    (error: Error) => send(response, { status: 500, body: { error: error.message } }),
  )
})

void NoteJournal.open(join(required('DATA_DIRECTORY'), 'notes.journal'), release).then((opened) => {
  journal = opened
  server.listen(Number(required('PORT')), required('HOST'))
})

process.on('SIGTERM', () => {
  if ((journal as NoteJournal | undefined) === undefined) process.exit(0) // nothing has begun yet
  frozen = true
  server.close()
  void journal.settled().then(() => process.exit(0))
})
