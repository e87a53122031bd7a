import type { ChildProcess } from 'node:child_process'

/** A process of the program's own may hold its channel open; its end is told all the same. */
const channelClosesWithinMs = 2_000

/**
 * Calls back once, with how it ended, when a program has ended and what it said on its channel has been heard. Its exit is told by the kernel
 * on another way and overtakes its last words where this process was held up for some milliseconds.
 */
export function onceHeardOut(child: ChildProcess, then: (how: string) => void): void {
  child.once('exit', (code, signal) => {
    const end = (): void => then(signal === null ? `exit code ${code}` : `signal ${signal}`)
    if (!child.connected) return end()
    const timer = setTimeout(() => {
      child.removeListener('disconnect', heard)
      end()
    }, channelClosesWithinMs)
    const heard = (): void => {
      clearTimeout(timer)
      end()
    }
    child.once('disconnect', heard)
  })
}
