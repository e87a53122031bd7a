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
interface Waiting<Question, Answer> {
  readonly question: Question
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: Error) => void
}

/**
 * A thread that answers questions, for work that is nothing but computing: done in the thread of the traffic it would delay every request that is due meanwhile. One
 * that ended fails the question it was at; another is started for those that wait. It keeps the process alive until `end`.
 */
export class AskedThread<Question, Answer> {
  readonly #waiting = new Map<number, Waiting<Question, Answer>>()
  #worker: Worker | undefined
  #asked = 0
  #isEnded = false

  /** `program` is a module that calls `answerQuestions`, and finds `workerData` there. */
  constructor(
    private readonly program: string,
    private readonly workerData?: unknown,
  ) {}

  /** Begins to load the program, so that the first question need not wait for it. */
  start(): void {
    this.#worker ??= this.#started()
  }

  /** Rejects with what the thread threw, a SeaworthyError as one, and with an Error when it ended before it answered. */
  async ask(question: Question): Promise<Answer> {
    if (this.#isEnded) throw new Error('the thread that is asked was ended')
    const id = (this.#asked += 1)
    const worker = (this.#worker ??= this.#started())
    worker.postMessage({ id, question } satisfies Asked<Question>)
    return new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { question, resolve, reject }))
  }

  async end(): Promise<void> {
    this.#isEnded = true
    await this.#worker?.terminate()
  }

  #started(): Worker {
    const worker = new Worker(this.program, { workerData: this.workerData })
    let why: Error | undefined
    worker.on('message', (told: Told<Answer>) => this.#told(told))
    worker.on('error', (error: Error) => (why = error))
    worker.on('exit', (code) => this.#exited(new Error(`the thread that was asked ended with ${why === undefined ? String(code) : messageOf(why)}`, { cause: why })))
    return worker
  }

  /** It answers in the order of the questions: it was at the first of those that wait. */
  #exited(reason: Error): void {
    this.#worker = undefined
    const [first, ...others] = this.#waiting
    for (const [id, { reject }] of this.#isEnded ? this.#waiting : first === undefined ? [] : [first]) {
      this.#waiting.delete(id)
      reject(reason)
    }
    if (this.#isEnded || others.length === 0) return
    const another = (this.#worker = this.#started())
    for (const [id, { question }] of others) another.postMessage({ id, question } satisfies Asked<Question>)
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
