import { setTimeout as pause } from 'node:timers/promises'
import { defective, exitCodeConfiguration, refuseUnknownDefect } from './defects.js'
import { parseReplicas, ReplicaUnderRollOut } from './roll-out/replica-under-roll-out.js'

/**
 * The roll-out tool: `node roll-out.js RELEASE NAME=URL,NAME=URL…` brings these replicas to a release, one after the other:
 * drain, install, stop (the supervisor starts it again), and on only when it runs the release and is ready. Replicas that
 * already do are left alone, so a roll-out that was broken off is continued, or taken back, by the next one. Exit code 1
 * when a replica does not get ready: what is not replaced by then stays as it is.
 */
refuseUnknownDefect()

/**
 * A process that answers has this long to be ready. Starting one takes what the machine makes of it, but has an end too.
 * It settles until the balancer has looked again: before the next one is out, it is in.
 */
const times = { readyMs: 5_000, startMs: 30_000, drainMs: 30_000, settleMs: 300 }
const fixedWaitMs = 3_000

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Throws when it does not get ready. */
async function replace(replica: ReplicaUnderRollOut, release: string): Promise<void> {
  const before = await replica.state(times.startMs)
  if (before.name === release && before.ready) return say(`${replica.name}: runs ${release} already`)
  // One that is not ready serves nobody: nothing has to be drained.
  if (before.ready && !defective('upgr.skips-drain')) await replica.drain(times.drainMs)
  await replica.install(release)
  const ended = defective('upgr.skips-drain') ? await replica.kill() : await replica.stop()
  say(`${replica.name}: ${before.name} ended, starting ${release}`)
  if (defective('upgr.ignores-readiness')) return void (await pause(fixedWaitMs))
  await replica.untilReady({ release, before: ended, ...times })
  await pause(times.settleMs)
  say(`${replica.name}: ready with ${release}`)
}

function batchesOf(replicas: readonly ReplicaUnderRollOut[]): readonly (readonly ReplicaUnderRollOut[])[] {
  // The defect: the last one is forgotten.
  const included = defective('upgr.leaves-straggler') && replicas.length > 1 ? replicas.slice(0, -1) : replicas
  const size = defective('upgr.two-at-once') ? 2 : 1
  return Array.from({ length: Math.ceil(included.length / size) }, (_, index) => included.slice(index * size, (index + 1) * size))
}

async function rollOut(release: string, replicas: readonly ReplicaUnderRollOut[]): Promise<void> {
  const open = []
  for (const replica of replicas) {
    const { name, ready } = await replica.state(times.startMs)
    if (name === release && ready) say(`${replica.name}: runs ${release} already`)
    else open.push(replica)
  }
  // The defect: a roll-out with nothing to do does what it can.
  if (open.length === 0 && replicas.length > 1 && defective('oper.second-run-harms')) await Promise.all(replicas.map((replica) => replica.stop()))
  for (const batch of batchesOf(open)) await Promise.all(batch.map((replica) => replace(replica, release)))
  say(`rolled out ${release}`)
}

const [release, list] = process.argv.slice(2)
const replicas = parseReplicas(list ?? '')
if (release === undefined || replicas.length === 0) {
  process.stderr.write('roll-out: expected a release and replicas as NAME=URL,NAME=URL\n')
  process.exit(exitCodeConfiguration)
}
void rollOut(release, replicas).catch((error: Error) => {
  process.stderr.write(`roll-out: halted: ${error.message}\n`)
  process.exit(1)
})
