import type Docker from 'dockerode'
import { notDone } from '../process/not-done.js'
import { engineError } from './engine-error.js'
import { OrderedShell } from './ordered-shell.js'
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

export class SignalSender {
  #address = ''

  private constructor(private readonly helper: OrderedShell) {}

  /** `network`: default that of the deployment. Throws SeaworthyError. The helper ends when the connection to it does. */
  static async start(docker: Docker, placed: Placed, image: string, network = deploymentName(placed)): Promise<SignalSender> {
    const hostConfig = { NetworkMode: network, PidMode: 'host', CapDrop: ['ALL'], CapAdd: ['KILL'] }
    const doing = 'starting the helper that sends signals'
    const helper = await OrderedShell.start(docker, { name: objectName(placed, helperName), image, script, labels: labelsOf(placed), hostConfig }, doing)
    const sender = new SignalSender(helper)
    const { NetworkSettings } = await helper.container.inspect().catch((error: unknown) => {
      throw engineError(doing, error)
    })
    sender.#address = NetworkSettings.Networks[deploymentName(placed)]?.IPAddress ?? ''
    return sender
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
    return this.helper.container.id
  }

  /** To the main processes of all of these. Throws SeaworthyError SW_NOT_DONE when one of them had ended. */
  async send(signal: NodeJS.Signals, to: readonly ContainerProcess[]): Promise<void> {
    await this.#order(signal.replace(/^SIG/, ''), to)
  }

  /** Everything of all of these stops, and then dies: at one instant for each other. */
  async crash(all: readonly ContainerProcess[]): Promise<void> {
    if (all.length > 0) await this.#order('CRASH', all)
  }

  close(): Promise<void> {
    return this.helper.close()
  }

  async #order(action: string, to: readonly ContainerProcess[]): Promise<void> {
    const name = `sending ${action === 'CRASH' ? 'SIGSTOP and SIGKILL' : `SIG${action}`}`
    if (this.helper.hasEnded) throw notDone(name, 'that the helper has ended')
    const found = await this.helper.ask(`${action} ${to.map(({ id, pid }) => `${pid}:${id}`).join(' ')}`)
    if (found !== 'done') throw notDone(name, found === 'failed' ? 'that the signal was refused' : `a process gone (${found})`)
  }
}
