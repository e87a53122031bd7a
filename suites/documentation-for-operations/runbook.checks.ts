import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { factOf, observationsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { commandObservation, runbookFact, type RunbookCommand, type RunbookFact } from './names.js'

/** DOCS-01: every declared operation is described, and the times that are promised are said. */
export const runbookIsComplete: Check = {
  id: 'runbook-is-complete',
  requirement: 'DOCS-01',
  evaluate(history, thresholds) {
    const fact = factOf(history, runbookFact) as RunbookFact | undefined
    if (fact === undefined) return inconclusive('no runbook was read')
    if (!fact.found) return failed(`there is no runbook at ${fact.file}`)
    const undocumented = fact.operations.filter((one) => !fact.documented.includes(one))
    const evidence: Evidence[] = [{ note: `operations that the runbook describes, of ${listed(fact.operations)}`, measured: fact.documented.length, allowed: fact.operations.length, unit: 'count' }]
    if (undocumented.length > numberThreshold(thresholds, 'operations_undocumented_max')) return failed(`the runbook says nothing of ${listed(undocumented)}`, evidence)
    const unsaid = fact.times.filter(({ said }) => !said)
    if (unsaid.length > 0) return failed(`the runbook does not say that ${listed(unsaid.map(({ operation, seconds }) => `a ${operation} takes ${seconds} s at most`))}`, evidence)
    return passed(`the runbook describes all ${counted(fact.operations.length, 'operation')}`, evidence)
  },
}

/** DOCS-01: each tagged command ends with success, and has the effect that is seen from outside. */
export const runbookCommandsWork: Check = {
  id: 'runbook-commands-work',
  requirement: 'DOCS-01',
  evaluate(history, thresholds) {
    const fact = factOf(history, runbookFact) as RunbookFact | undefined
    if (fact === undefined) return inconclusive('no runbook was read')
    if (fact.commands.length === 0) return inconclusive('the runbook has no command that is tagged with its operation, so that none was run')
    const runs = observationsOf(history, commandObservation).map(({ value }) => value as RunbookCommand)
    const evidence = runs.map((run): Evidence => ({ note: `${run.operation}: ${run.line}: exit code ${run.exitCode ?? 'none'}${run.effectAfter === undefined ? '' : run.effectAfter ? ', effect seen' : ', effect not seen'}` }))
    const problems = runs.flatMap((run) => {
      if (!run.ok && run.exitCode !== undefined) return [`${run.operation} ended with exit code ${run.exitCode}: ${(run.error ?? '').slice(-200)}`]
      return run.ok && run.effectAfter === false ? [`${run.operation} ended well, and nothing of it was to be seen`] : []
    })
    if (problems.length > numberThreshold(thresholds, 'failing_commands_max')) return failed(listed(problems), evidence)
    const unended = runs.filter((run) => !run.ok && run.exitCode === undefined)
    if (unended.length > 0) return inconclusive(`${listed(unended.map(({ operation }) => operation))} did not end: ${unended[0]?.error ?? ''}`, evidence)
    if (runs.length < fact.commands.length) return inconclusive(`${runs.length} of ${counted(fact.commands.length, 'command')} were run`, evidence)
    const unshown = runs.filter(({ effectBefore }) => effectBefore === true)
    if (unshown.length > 0) return inconclusive(`the effect of ${listed(unshown.map(({ operation }) => operation))} was there before, so that its success could not be seen`, evidence)
    if (!runs.some(({ effectAfter }) => effectAfter === true)) return inconclusive('no command has an effect that can be seen from outside', evidence)
    return passed(`${counted(runs.length, 'command')} of the runbook worked as written`, evidence)
  },
}
