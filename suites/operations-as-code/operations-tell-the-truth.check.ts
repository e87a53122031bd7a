import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { declaredOf, isConfigurationUnread, tooFew, whyBeyondTrial } from './declared-tasks.js'
import { answered, type Trial } from './trial.js'

const stallMsMax = 2_000
/** What every service has. */
const stopAndStart = ['stop', 'start']
type Named = Trial & { readonly name: string }

/** OPER-01: what an operation says of itself is what is seen from outside, when it succeeds and when it cannot. */
export const operationsTellTheTruth: Check = {
  id: 'operations-tell-the-truth',
  requirement: 'OPER-01',
  evaluate(history, thresholds) {
    const trials = observationsOf(history, 'trial').map((event): Named => ({ name: event.target, ...(event.value as Trial) }))
    if (trials.length === 0) return inconclusive('no operation was tried')
    const judged = trials.map((trial) => ({ trial, problem: problemOf(history, thresholds, trial) }))
    const lies = judged.filter(({ problem }) => problem?.outcome === 'failed')
    const evidence = trials.map(evidenceOf)
    if (lies.length > numberThreshold(thresholds, 'mismatches_max')) return failed(listed(lies.map(({ problem }) => problem?.summary ?? '')), evidence)
    const unclear = judged.find(({ problem }) => problem !== undefined)
    if (unclear?.problem !== undefined) return unclear.problem
    const beyond = whyBeyondTrial(history, { mayBeDeclared: true })
    if (beyond !== undefined) return inconclusive(beyond, evidence, { lasting: true })
    const proper = new Set(trials.filter((one) => one.form === 'proper').map((one) => one.name))
    const provoked = new Set(trials.filter((one) => one.form === 'failing').map((one) => one.name))
    const [operationsMin, failuresMin] = [numberThreshold(thresholds, 'min_operations'), numberThreshold(thresholds, 'min_provoked_failures')]
    const unfinished = [...stopAndStart.filter((name) => !proper.has(name)), ...declaredOf(history, 'proper').filter((name) => !proper.has(name)), ...declaredOf(history, 'failing').filter((name) => !provoked.has(name)).map((name) => `${name}, made to fail,`)]
    const lasting = (counted: number, min: number): { readonly lasting?: true } => tooFew(history, { unfinished, counted, min })
    const never = whyBeyondTrial(history, { mayBeDeclared: false })
    const but = never === undefined ? '' : `; ${never}`
    if (proper.size < operationsMin) return inconclusive(`${counted(proper.size, 'operation')} ${proper.size === 1 ? 'was' : 'were'} carried out, needs ${operationsMin}${but}`, evidence, lasting(proper.size, operationsMin))
    if (provoked.size < failuresMin) return inconclusive(`${counted(provoked.size, 'operation')} could be made to fail, needs ${failuresMin}${but}`, evidence, lasting(provoked.size, failuresMin))
    if (isConfigurationUnread(history)) return inconclusive('the configuration could not be read, so that none of its operations was tried', evidence)
    const untried = unfinished.filter((name) => !stopAndStart.includes(name))
    if (untried.length > 0) return inconclusive(`${listed(untried)} was declared and not tried`, evidence)
    return passed(`${counted(proper.size, 'operation')} did what they said, and ${provoked.size} that could not succeed said so${but}`, evidence)
  },
}

/** A lie or a hang is a failure; what could not be witnessed is inconclusive; undefined when all is well. */
function problemOf(history: History, thresholds: ThresholdValues, trial: Named): Finding | undefined {
  const { name, form, ok, tookMs, effectBefore, effectAfter } = trial
  const window = { fromMs: trial.startedAtMs, toMs: trial.startedAtMs + tookMs }
  const inTime = (finding: Finding): Finding => disturbedHarness(history, window, stallMsMax) ?? finding
  const limitMs = numberThreshold(thresholds, 'op_timeout_s') * 1_000
  if (tookMs > limitMs) return inTime(failed(`${name} took ${spanned(tookMs)}, allowed are ${spanned(limitMs)}`))
  if (!ok && !answered(trial)) return inTime(failed(`${name} gave no answer: ${trial.error ?? ''}`))
  if (ok && !effectAfter) return inTime(failed(`${name} reported success (${saidOf(trial)}), and nothing of it was to be seen`))
  if (!ok && effectAfter && !effectBefore) return failed(`${name} reported failure (${saidOf(trial)}), and was done all the same`)
  if (form === 'proper' && !ok) return inTime(failed(`${name} did not succeed (${saidOf(trial)}): ${trial.error ?? ''}`))
  if (form === 'proper' && effectBefore) return inconclusive(`what ${name} does was there before it was done, so that its success could not be witnessed`)
  if (form === 'failing' && ok) return inconclusive(`${name} could not be made to fail`)
  if (form === 'failing' && effectBefore) return inconclusive(`what ${name} must not do was there before`)
  return undefined
}

const saidOf = ({ status, exitCode }: Trial): string => (status !== undefined ? `status ${status}` : `exit code ${exitCode ?? 'none'}`)
const evidenceOf = (trial: Named): Evidence => ({
  note: `${trial.name}${trial.form === 'failing' ? ', made to fail' : ''}: ${saidOf(trial)}, effect ${trial.effectAfter ? 'seen' : 'not seen'}`,
  measured: Math.round(trial.tookMs),
  unit: 'ms',
})
