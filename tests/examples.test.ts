import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../examples')
const examples = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'expected.json')))

interface Command {
  readonly descriptor: string
  readonly ids: readonly string[]
  readonly said: string
}
const commandsIn = (page: string): readonly Command[] =>
  [...page.matchAll(/^npx seaworthy run (\S+) --only (\S+) .*# (.*)$/gm)].map(([, descriptor = '', ids = '', said = '']) => ({ descriptor, ids: ids.split(','), said }))

/** What expected.json would have to say for a command of a README to be true. */
const claimed = ({ ids, said }: Command): Readonly<Record<string, string>> => {
  const failing: readonly string[] = said.startsWith('fails') ? (said.match(/\b[A-Z][A-Z-]*-\d\d\b/g) ?? []) : []
  return Object.fromEntries(ids.map((id) => [id, failing.includes(id) ? 'failed' : 'passed']))
}

describe.each(examples)('the README of %s', (name) => {
  const expected = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>
  const page = readFileSync(join(folder, name, 'README.md'), 'utf8')

  test('has a command for each descriptor that is compared', () => {
    expect(commandsIn(page).map(({ descriptor }) => descriptor).sort()).toEqual(Object.keys(expected).sort())
  })
  test('promises what expected.json has, and nothing else', () => {
    for (const command of commandsIn(page)) {
      expect(command.said, command.descriptor).toMatch(/^(passes|fails [A-Z-]+-\d\d)/)
      expect(expected[command.descriptor], `${command.descriptor}: ${command.said}`).toMatchObject(claimed(command))
    }
  })
})
