import { thresholdValues } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { requestDirectly, untilServing } from './await-service.js'
import { damageAndRead, damagesOf, usualDamageMs } from './damage-data.js'
import { damageIsRepairedOrRefused } from './damage-is-repaired-or-refused.check.js'
import { damageRequirement } from './damaged-data.requirements.js'
import { comesBackAfterDeath } from './recovery.requirements.js'
import { restartedByItselfAfterACrash } from './restarted-by-itself-after-a-crash.check.js'
import { comebackLimitMs, usualStartMs } from './time-limits.js'

const readinessEveryMs = 100
/** After a comeback readiness is sampled this long, so that the last readings are those of what came back. */
const sampledAfterMs = 3 * readinessEveryMs
/** What making and witnessing a kill, and the requests after it, usually take. */
const usualKillMs = 800

async function killAndWait(context: ScenarioContext, instance: string, number: number): Promise<boolean> {
  const label = `kill-${number}`
  const limitMs = comebackLimitMs(context.threshold('START-02', 'restart_to_ready_s'), context.service.lifecycle.startTimeoutMs)
  context.step(`killing ${instance} without warning (${number})`)
  await context.control.kill([instance], label)
  context.step(`waiting for ${instance} to be restarted`)
  if (!(await untilServing(context, instance, { load: `after-${label}`, limitMs }))) return false
  const requests = context.threshold('START-02', 'requests_after_restart')
  for (let sent = 1; sent < requests; sent++) {
    // One request that hangs tells enough: waiting for twenty timeouts would add nothing.
    if ((await requestDirectly(context, instance, `after-${label}`)) === 'timeout') break
  }
  await context.pause(sampledAfterMs)
  return true
}

async function killOneAgainAndAgain(context: ScenarioContext): Promise<void> {
  const instance = context.instances[Math.floor(context.random() * context.instances.length)]?.id
  if (instance === undefined) return
  const uptimeMs = context.threshold('START-02', 'min_uptime_s') * 1_000
  const kills = context.threshold('START-02', 'kills')
  const sampling = context.traffic.sample({ probes: ['readiness'], instances: [instance], everyMs: readinessEveryMs })
  try {
    for (let number = 1; number <= kills; number++) {
      context.step(`letting ${instance} run for a while`)
      await context.pause(uptimeMs)
      if (!(await killAndWait(context, instance, number))) break
    }
  } finally {
    await sampling.stop()
  }
}

/** One replica, again and again: a supervisor that gives up after the first restart is not supervision. */
export const comesBackAfterACrash: Scenario = {
  id: 'startup-and-shutdown/comes-back-after-a-crash',
  title: 'A replica whose process dies is restarted by itself and serves again, every time',
  needs: ['lifecycle.kill', 'health.readiness'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const values = thresholdValues(comesBackAfterDeath, profile)
    const damages = service.data?.files === undefined ? 0 : damagesOf(thresholdValues(damageRequirement, profile)).length
    return Number(values['kills']) * (Number(values['min_uptime_s']) * 1_000 + usualKillMs + usualStartMs(service)) + damages * usualDamageMs
  },
  async exercise(context) {
    if (context.selected.has('START-02')) await killOneAgainAndAgain(context)
    if (context.selected.has('START-06')) await damageAndRead(context)
  },
  checks: [restartedByItselfAfterACrash, damageIsRepairedOrRefused],
}
