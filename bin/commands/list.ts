import { exitCodes } from '../../core/errors.js'
import { drivers } from '../../drivers/index.js'
import { reporters } from '../../reports/index.js'
import { suitesHere } from '../own-suites.js'

/** `seaworthy list`: everything that can be selected by name. */
export async function list({ json, descriptor }: { readonly json: boolean; readonly descriptor?: string | undefined }): Promise<number> {
  const suites = await suitesHere(descriptor)
  const requirements = suites.flatMap((suite) => suite.requirements)
  const everything = {
    requirements: requirements.map(({ id, area, keyword, level, weight, safety, title }) => ({ id, area, keyword, level, weight, safety, title })),
    scenarios: suites.flatMap((suite) => suite.scenarios).map(({ id, title, checks }) => ({ id, title, requirements: [...new Set(checks.map((check) => check.requirement))] })),
    drivers: drivers.map(({ name }) => name),
    reporters: [...reporters.map(({ name }) => name), 'terminal'],
    defects: requirements.flatMap((one) => one.defects.map(({ id, how }) => ({ id, requirement: one.id, how }))),
  }
  process.stdout.write(json ? `${JSON.stringify(everything, null, 2)}\n` : asText(everything))
  return exitCodes.ok
}

interface Everything {
  readonly requirements: readonly { readonly id: string; readonly keyword: string; readonly level: number; readonly safety: string; readonly title: string }[]
  readonly scenarios: readonly { readonly id: string; readonly requirements: readonly string[] }[]
  readonly drivers: readonly string[]
  readonly reporters: readonly string[]
  readonly defects: readonly { readonly id: string; readonly requirement: string; readonly how: string }[]
}

function asText({ requirements, scenarios, drivers: driverNames, reporters: reporterNames, defects }: Everything): string {
  const section = (title: string, lines: readonly string[]): string => `${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`
  const pad = (text: string, width: number): string => text.padEnd(width)
  return [
    section('Requirements', requirements.map((one) => `${pad(one.id, Math.max(...requirements.map(({ id }) => id.length)) + 2)}${pad(one.keyword, 8)}level ${one.level}  ${pad(one.safety, 13)}${one.title}`)),
    section('Scenarios', scenarios.map((one) => `${pad(one.id, 62)}${one.requirements.join(' ')}`)),
    section('Drivers', driverNames),
    section('Reporters', reporterNames),
    section('Defects of the reference service', defects.map((one) => `${pad(one.id, 30)}${pad(one.requirement, 10)}${one.how}`)),
  ].join('\n')
}
