import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'

/** Loads of the examination: its requests and readings are found again by them. */
export const examinationLoad = 'doctor'
export const healthState = 'doctor'

/** Every operation that the descriptor declares under a name, in the order in which a person would try them. */
export function declaredOperations(service: ServiceDescriptor): readonly Operation[] {
  const { traffic, data, queue } = service
  const all = [...Object.values(traffic), data?.write, data?.readStrong, data?.readOrdinary, data?.delete, queue?.enqueue].filter((one) => one !== undefined)
  return [...new Map(all.map((one) => [one.name, one])).values()].sort((a, b) => Number(b.mutates) - Number(a.mutates))
}

/** One request of each kind and one reading of each health endpoint. Judges nothing: what was answered is read from the history. */
export const examination: Scenario = {
  id: 'doctor/one-request-of-each-kind',
  title: 'The service answers one request of each kind',
  needs: [],
  instanceCountMin: 1,
  expectedMs: (service) => declaredOperations(service).reduce((sum, one) => sum + one.timeoutMs, 5_000),
  checks: [],
  async exercise(context) {
    const instance = context.instances[0]?.id
    if (instance === undefined) return
    await readHealth(context, instance)
    const key = context.traffic.newKey()
    for (const operation of declaredOperations(context.service)) {
      await context.traffic.send({ load: examinationLoad, operation, via: instance, key, values: { durationMs: String(operation.minDurationMs ?? 1_000) } })
    }
    // A service that is not started here may be in use: nobody gave permission to stop it.
    if (context.service.target.remote === undefined) await context.control.stop(instance, 'doctor')
  },
}

async function readHealth(context: ScenarioContext, instance: string): Promise<void> {
  const { livenessPath, detailPath } = context.service.health
  const endpoints = ['readiness' as const, ...(livenessPath === undefined ? [] : ['liveness' as const]), ...(detailPath === undefined ? [] : ['detail' as const])]
  for (const endpoint of endpoints) await context.traffic.readHealth({ endpoint, via: instance, state: healthState })
}
