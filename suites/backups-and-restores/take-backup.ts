import type { Performed } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { addressee } from './operations.js'
import { interventions, type Artifact } from './vocabulary.js'

export interface TakenBackup {
  readonly label: string
  readonly path: string
  readonly performed: Performed
  readonly artifact: Artifact | undefined
}

/** Takes a backup as declared. Witnessed by the file that is there afterwards, which is recorded as observation `artifact`. */
export async function takeBackup(context: ScenarioContext, label: string, timeoutMs?: number): Promise<TakenBackup> {
  const create = context.service.backup?.create
  if (create === undefined) throw new Error('the descriptor declares no backup.create')
  const path = context.files.path(`${label}.backup`)
  const performed = await context.control.perform(create, {
    name: interventions.create,
    target: addressee(create),
    label,
    values: { file: path },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    witness: async () => {
      const found = await context.files.describe(path)
      return found === undefined || found.bytes === 0 ? undefined : `a file of ${found.bytes} bytes with SHA-256 ${found.sha256.slice(0, 16)}`
    },
  })
  const artifact = await context.files.describe(path)
  context.observe('artifact', label, artifact ?? null)
  return { label, path, performed, artifact }
}
