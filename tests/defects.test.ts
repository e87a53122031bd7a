import { expect, test } from 'vitest'
import { defects as seeded } from '../reference-service/defects.js'
import { suites } from '../suites/index.js'

test('the reference service seeds exactly the defects that the checklist names, for the same requirements', () => {
  const named = suites.flatMap((suite) => suite.requirements).flatMap((one) => one.defects.map(({ id }) => `${id} ${one.id}`))
  expect(seeded.map((one) => `${one.id} ${one.violates}`).sort()).toEqual([...named].sort())
})
