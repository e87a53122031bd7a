import { expect, test } from 'vitest'
import { InterventionFailed } from '../core/errors.js'
import type { HistoryEvent, InterventionEvent } from '../core/history.js'
import { Interventions } from './recorded-intervention.js'
import type { ScenarioWorld } from './scenario-world.js'

/** A world whose clock moves on by hand, and which keeps the order of what was written down. */
function worldOf() {
  const events: HistoryEvent[] = []
  const order: string[] = []
  let nowMs = 0
  const world = {
    clock: () => nowMs,
    record: (event: HistoryEvent) => {
      events.push(event)
      if (event.kind === 'intervention') order.push(event.phase)
    },
    journal: {
      record: () => {
        order.push('journal')
        return 1
      },
      done: () => void order.push('journal done'),
    },
    cleanup: {
      push: () => {
        order.push('clean-up')
        return () => void order.push('clean-up taken off')
      },
    },
    notRestored: (why: string) => void order.push(why),
  } as unknown as ScenarioWorld
  const phases = (): Pick<InterventionEvent, 'phase' | 'atMs'>[] => events.flatMap((event) => (event.kind === 'intervention' ? [{ phase: event.phase, atMs: event.atMs }] : []))
  return { world, order, phases, pass: (ms: number) => (nowMs += ms) }
}

test('a fault that takes long to apply, and longer to be seen, counts from when it was in place', async () => {
  const { world, phases, pass } = worldOf()
  const plan = {
    name: 'isolate',
    target: 'replica-1',
    apply: async () => void pass(1_100),
    witness: async () => {
      pass(700)
      return 'nothing came through'
    },
  }
  const fault = await new Interventions(world).makeUndoable(plan, async () => void pass(10))
  expect(fault.appliedAtMs).toBe(1_100)
  await fault.undo()
  expect(phases()).toEqual([
    { phase: 'issued', atMs: 0 },
    { phase: 'acknowledged', atMs: 1_100 },
    { phase: 'witnessed', atMs: 1_800 },
    { phase: 'undone', atMs: 1_810 },
  ])
})

test('the undo is on disk before the fault, and is made once however often it is asked for', async () => {
  const { world, order } = worldOf()
  let undone = 0
  const fault = await new Interventions(world).makeUndoable({ name: 'freeze', target: 'replica-0', apply: async () => void order.push('applied') }, async () => void (undone += 1))
  await fault.undo()
  await fault.undo()
  expect(undone).toBe(1)
  expect(order.slice(0, 4)).toEqual(['journal', 'clean-up', 'issued', 'applied'])
  expect(order.filter((one) => one === 'journal done')).toHaveLength(1)
})

test('what could only be half applied is taken back before anybody hears of it', async () => {
  const { world, order } = worldOf()
  const making = new Interventions(world).makeUndoable({ name: 'freeze', target: 'replica-0', apply: () => Promise.reject(new Error('no such process')) }, async () => void order.push('taken back'))
  await expect(making).rejects.toThrow(InterventionFailed)
  expect(order).toEqual(['journal', 'clean-up', 'issued', 'failed', 'taken back', 'undone', 'journal done'])
})
