// For programs that start others in process groups of their own: a Ctrl-C in the terminal does not reach these.

/** The children that live, each the leader of its group. */
export class OwnChildren {
  #living = new Set()

  add(child) {
    if (child.pid === undefined) return
    this.#living.add(child)
    child.once('exit', () => this.#living.delete(child))
  }

  /** With their groups, at once, also those that were stopped. */
  kill() {
    for (const { pid } of this.#living) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch (error) {
        if (error.code !== 'ESRCH') throw error
      }
    }
  }
}

/** npm passes a Ctrl-C on that the terminal has already sent: the echo within this time is not a second one. */
const echoMs = 1_000

/**
 * On SIGINT or SIGTERM calls `end` and then ends this program with 130 or 143; a second one ends it at once. Returns a function whose promise
 * resolves as long as nobody has told it to end, and never after that.
 */
export function whenToldToEnd(end) {
  let toldAt
  const onSignal = (exitCode) => async () => {
    if (toldAt !== undefined) {
      if (performance.now() - toldAt > echoMs) process.exit(exitCode)
      return
    }
    toldAt = performance.now()
    try {
      await end()
    } catch (error) {
      console.error(error)
    }
    process.exit(exitCode)
  }
  process.on('SIGINT', onSignal(130))
  process.on('SIGTERM', onSignal(143))
  return () => (toldAt === undefined ? Promise.resolve() : new Promise(() => {}))
}
