import { expect, test } from 'vitest'
import type { ScenarioContext } from '../../core/scenario.js'
import { damageAndRead } from './damage-data.js'

/** Labels of the damages that are done to a component that refuses to start after an overwritten byte. */
async function damagesWhere(servesAfterUndo: boolean): Promise<readonly string[]> {
  const labels: string[] = []
  let serves = true
  const thresholds: Readonly<Record<string, number>> = { cuts: 1, flips: 3, writes: 1 }
  const context = {
    service: { data: { files: { component: 'store', pattern: /./, write: {}, read: {} } }, lifecycle: { startTimeoutMs: 1 } },
    threshold: (_of: string, key: string) => thresholds[key] ?? 1,
    random: () => 0.5,
    step: () => {},
    observe: () => {},
    until: async (_what: string, condition: () => Promise<boolean>) => condition(),
    traffic: { newKey: () => `key-${labels.length}`, send: async () => ({ outcome: serves ? 'ok' : 'polite-refusal', status: serves ? 200 : 503 }) },
    control: {
      killAndHold: async () => ({ undo: async () => {} }),
      damageDataFile: async (_target: string, _pattern: RegExp, _damage: unknown, label: string) => {
        labels.push(label)
        serves = label.startsWith('cut-')
        return { path: 'a', undo: async () => void (serves = servesAfterUndo) }
      },
    },
  } as unknown as ScenarioContext
  await damageAndRead(context)
  return labels
}

test('a component that serves again once its damage is taken back is damaged again', async () => {
  expect(await damagesWhere(true)).toEqual(['cut-1', 'flip-1', 'flip-2', 'flip-3'])
})
test('one that does not is not: whatever follows would look refused', async () => {
  expect(await damagesWhere(false)).toEqual(['cut-1', 'flip-1'])
})
