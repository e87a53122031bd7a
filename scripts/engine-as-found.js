// Whether an engine is as it was before something was tried with it: its objects, and whether it is in a swarm. For the trials in this folder.
import { spawnSync } from 'node:child_process'

const restoredWithinMs = 20_000
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const run = (program, parameters) => spawnSync(program, parameters, { encoding: 'utf8', maxBuffer: 64_000_000 })
const lines = (text) => text.split('\n').filter((line) => line !== '')
function docker(...parameters) {
  const { status, stdout, stderr } = run('docker', parameters)
  if (status !== 0) throw new Error(`docker ${parameters.slice(0, 3).join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}

/** What an engine makes for a swarm and keeps when it leaves it: with it, it would not be as it was found. */
export const gatewayBridge = 'docker_gwbridge'
export const objects = () => [['ps', '-aq', '--no-trunc'], ['network', 'ls', '-q', '--no-trunc'], ['volume', 'ls', '-q']].flatMap((kind) => lines(docker(...kind)).map((id) => `${kind[0]} ${id}`))

/** It takes a moment until nothing of the swarm is in it any more. An engine that loses count of that (moby, deleting an endpoint) keeps it until it is started again, which is told. */
export async function removeBridge(found) {
  const id = () => run('docker', ['network', 'inspect', gatewayBridge, '--format', '{{.Id}}']).stdout.trim()
  for (let round = 0; round < 20 && id() !== ''; round += 1) {
    run('docker', ['network', 'disconnect', '--force', gatewayBridge, 'gateway_ingress-sbox'])
    const { status, stderr } = run('docker', ['network', 'rm', gatewayBridge])
    if (status === 0) return
    if (round === 19) {
      console.log(`!!! the engine keeps ${gatewayBridge}, which it made for the swarm: ${stderr.trim().split('\n')[0]}`)
      found.objects.push(`network ${id()}`)
    }
    await wait(500)
  }
}

/** Nothing is there that was not, and the engine is in a swarm only if it was. */
export async function expectAsFound(found, balancer) {
  const endAt = Date.now() + restoredWithinMs
  const more = () => objects().filter((one) => !found.objects.includes(one))
  while (more().length > 0 && Date.now() < endAt) await wait(500)
  if (more().length > 0) throw new Error(`the engine is not as it was found: ${more().join(', ')}`)
  const state = docker('info', '--format', '{{.Swarm.LocalNodeState}}')
  if (state !== found.state) throw new Error(`the state of the engine in a swarm was ${found.state} and is ${state}`)
  if (run('docker', ['image', 'inspect', balancer]).status === 0) throw new Error(`the image ${balancer} is still there`)
  console.log('the engine is as it was found')
}
