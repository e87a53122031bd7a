import { parentPort, Worker } from 'node:worker_threads'
import { messageOf, SeaworthyError } from '../core/errors.js'

interface Asked<Question> {
  readonly id: number
  readonly question: Question
}
type Told<Answer> = { readonly id: number } & ({ readonly answer: Answer } | { readonly thrown: ThrownElsewhere })
/** An error cannot cross threads as it is. */
interface ThrownElsewhere {
  readonly message: string
  readonly code?: `SW_${string}`
  readonly exitCode?: number
  readonly hint?: string | undefined
}
interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: Error) => void
}

/**
 * A thread that answers questions, for work that is nothing but computing: done in the thread of the traffic it would delay every request that is due meanwhile. One
 * that ended fails what it was asked, and the next question starts another. It keeps the process alive until `end`.
 */
export class AskedThread<Question, Answer> {
  readonly #waiting = new Map<number, Waiting<Answer>>()
  #worker: Worker | undefined
  #asked = 0

  /** `program` is a module that calls `answerQuestions`, and finds `workerData` there. */
  constructor(
    private readonly program: string,
    private readonly workerData?: unknown,
  ) {}

  /** Begins to load the program, so that the first question need not wait for it. */
  start(): void {
    this.#worker ??= this.#started()
  }

  /** Throws what the thread threw, a SeaworthyError as one, and an Error when the thread ended before it answered. */
  async ask(question: Question): Promise<Answer> {
    this.start()
    const id = (this.#asked += 1)
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#worker?.postMessage({ id, question } satisfies Asked<Question>)
    return answer
  }

  async end(): Promise<void> {
    await this.#worker?.terminate()
  }

  #started(): Worker {
    const worker = new Worker(this.program, { workerData: this.workerData })
    let why: Error | undefined
    worker.on('message', (told: Told<Answer>) => this.#told(told))
    worker.on('error', (error: Error) => (why = error))
    worker.on('exit', (code) => {
      this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(new Error(`the thread that was asked ended with ${why === undefined ? String(code) : messageOf(why)}`, { cause: why }))
      this.#waiting.clear()
    })
    return worker
  }

  #told(told: Told<Answer>): void {
    const waiting = this.#waiting.get(told.id)
    this.#waiting.delete(told.id)
    if ('answer' in told) waiting?.resolve(told.answer)
    else waiting?.reject(errorOf(told.thrown))
  }
}

function errorOf({ message, code, hint, exitCode }: ThrownElsewhere): Error {
  if (code === undefined) return new Error(message)
  return new SeaworthyError(code, message, { ...(hint === undefined ? {} : { hint }), ...(exitCode === undefined ? {} : { exitCode }) })
}

/** In the program of such a thread: every question is answered, in the order in which they were asked. */
export function answerQuestions<Question, Answer>(answerOf: (question: Question) => Answer | Promise<Answer>): void {
  let last: Promise<void> = Promise.resolve()
  const tell = async ({ id, question }: Asked<Question>): Promise<void> => {
    try {
      parentPort?.postMessage({ id, answer: await answerOf(question) } satisfies Told<Answer>)
    } catch (thrown) {
      const coded = thrown instanceof SeaworthyError ? { code: thrown.code, exitCode: thrown.exitCode, hint: thrown.hint } : {}
      parentPort?.postMessage({ id, thrown: { message: messageOf(thrown), ...coded } } satisfies Told<Answer>)
    }
  }
  parentPort?.on('message', (asked: Asked<Question>) => {
    last = last.then(() => tell(asked))
  })
}
