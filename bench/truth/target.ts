import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TargetAnswer, TargetCalls, TargetPlan } from './protocol.js'

const program = fileURLToPath(new URL('./target-process.js', import.meta.url))
const answerWithinMs = 60_000

/** The synthetic target in a process of its own. It also ends when this process does, however that ends. */
export interface Target extends AsyncDisposable {
  readonly url: URL
  readonly pid: number
  call<N extends Exclude<keyof TargetCalls, 'start'>>(name: N, ...argument: Parameters<TargetCalls[N]>): Promise<ReturnType<TargetCalls[N]>>
}

export async function startTarget(plan: TargetPlan): Promise<Target> {
  const child = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] })
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let calls = 0
  child.on('message', (message) => {
    const { id, value } = message as TargetAnswer
    pending.get(id)?.resolve(value)
    pending.delete(id)
  })
  const exited = new Promise<void>((resolve) => child.once('exit', (code, signal) => {
    for (const one of pending.values()) one.reject(new Error(`the synthetic target ended with ${signal ?? code}`))
    resolve()
  }))
  const call = async (name: keyof TargetCalls, argument: unknown): Promise<unknown> => {
    const id = (calls += 1)
    const answered = new Promise((resolve, reject) => pending.set(id, { resolve, reject }))
    child.send({ id, name, argument })
    const timer = setTimeout(() => pending.get(id)?.reject(new Error(`the synthetic target did not answer "${name}" within ${answerWithinMs} ms`)), answerWithinMs)
    return answered.finally(() => clearTimeout(timer))
  }
  const { port } = (await call('start', plan)) as ReturnType<TargetCalls['start']>
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    pid: child.pid ?? 0,
    call: (async (name: keyof TargetCalls, argument?: unknown) => call(name, argument)) as Target['call'],
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
