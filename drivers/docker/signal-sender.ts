import type Docker from 'dockerode'
import { notDone } from '../process/not-done.js'
import { engineError } from './engine-error.js'
import { deploymentName, helperName, labelsOf, objectName, type Placed } from './labels.js'

/**
 * Signals the main processes of containers from the process namespace of the engine's machine. A signal that goes
 * through the engine counts as an operator's: after it no restart policy is in force any more. The kernel ends all of a
 * container with its first process. It asks the process table whether the process is in that container still.
 */
const script = `
belongs() { while read -r line; do case "$line" in *"$2"*) return 0;; esac; done < "/proc/$1/cgroup"; return 1; } 2>/dev/null
echo ready
while read -r id action pairs; do
  pids=
  for pair in $pairs; do
    if belongs "\${pair%%:*}" "\${pair##*:}"; then pids="$pids \${pair%%:*}"; else echo "$id gone \${pair##*:}"; continue 2; fi
  done
  case $action in
    CRASH) kill -s STOP $pids && kill -s KILL $pids;;
    *) kill -s "$action" $pids;;
  esac 2>/dev/null && echo "$id done" || echo "$id failed"
done`

export interface ContainerProcess {
  readonly id: string // of the container
  readonly pid: number // on the engine's machine
}

const answerWithinMs = 10_000

export class SignalSender {
  readonly #container: Docker.Container
  readonly #stream: NodeJS.ReadWriteStream
  #address = ''
  readonly #open = new Map<string, (answer: string) => void>()
  #orders = 0
  #ended = false

  private constructor(container: Docker.Container, stream: NodeJS.ReadWriteStream) {
    this.#container = container
    this.#stream = stream
  }

  /** `network`: default that of the deployment. Throws SeaworthyError. The helper ends when the connection to it does. */
  static async start(docker: Docker, placed: Placed, image: string, network = deploymentName(placed)): Promise<SignalSender> {
    try {
      const container = await docker.createContainer({
        name: objectName(placed, helperName),
        Image: image,
        Entrypoint: ['/bin/sh', '-c', script],
        Cmd: [],
        User: '0:0',
        Labels: labelsOf(placed),
        Healthcheck: { Test: ['NONE'] },
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
        AttachStdout: true,
        HostConfig: { NetworkMode: network, PidMode: 'host', AutoRemove: true, CapDrop: ['ALL'], CapAdd: ['KILL'] },
      })
      const stream = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true })
      const sender = new SignalSender(container, stream)
      const ready = sender.#answerTo('ready')
      sender.#listen(docker)
      await container.start()
      await ready
      const { NetworkSettings } = await container.inspect()
      sender.#address = NetworkSettings.Networks[deploymentName(placed)]?.IPAddress ?? ''
      return sender
    } catch (error) {
      throw engineError('starting the helper that sends signals', error)
    }
  }

  /**
   * All units share its place in the network, each at a port of its own: what is down refuses at once, as a machine that
   * is up does, and an address stays when a container is restarted. A port that the engine publishes is answered by the
   * engine's proxy as long as the container runs, whether anybody listens in it or not.
   */
  get address(): string {
    return this.#address
  }
  get containerId(): string {
    return this.#container.id
  }

  /** To the main processes of all of these. Throws SeaworthyError SW_NOT_DONE when one of them had ended. */
  async send(signal: NodeJS.Signals, to: readonly ContainerProcess[]): Promise<void> {
    await this.#order(signal.replace(/^SIG/, ''), to)
  }

  /** Everything of all of these stops, and then dies: at one instant for each other. */
  async crash(all: readonly ContainerProcess[]): Promise<void> {
    if (all.length > 0) await this.#order('CRASH', all)
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#stream.end()
    await this.#container.remove({ force: true }).catch(() => undefined) // it removes itself
  }

  async #order(action: string, to: readonly ContainerProcess[]): Promise<void> {
    const name = `sending ${action === 'CRASH' ? 'SIGSTOP and SIGKILL' : `SIG${action}`}`
    if (this.#ended) throw notDone(name, 'that the helper has ended')
    this.#orders += 1
    const order = String(this.#orders)
    const answer = this.#answerTo(order)
    this.#stream.write(`${order} ${action} ${to.map(({ id, pid }) => `${pid}:${id}`).join(' ')}\n`)
    const found = await answer
    if (found !== 'done') throw notDone(name, found === 'failed' ? 'that the signal was refused' : `a process gone (${found})`)
  }

  #answerTo(order: string): Promise<string> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(`no answer within ${answerWithinMs} ms`), answerWithinMs)
      const settle = (answer: string): void => {
        clearTimeout(timer)
        this.#open.delete(order)
        resolve(answer)
      }
      this.#open.set(order, settle)
    })
  }

  #listen(docker: Docker): void {
    let said = ''
    const output = { write: (chunk: Buffer): boolean => {
      said += chunk.toString('utf8')
      const lines = said.split('\n')
      said = lines.pop() ?? ''
      for (const line of lines) {
        const [order = '', ...answer] = line.split(' ')
        this.#open.get(order)?.(answer.join(' '))
      }
      return true
    } } as unknown as NodeJS.WritableStream
    docker.modem.demuxStream(this.#stream, output, output)
    const end = (): void => {
      this.#ended = true
      for (const settle of this.#open.values()) settle('that the helper has ended')
    }
    this.#stream.on('end', end).on('close', end).on('error', end)
  }
}
