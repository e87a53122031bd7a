import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SeaworthyError } from '../../core/errors.js'

/** A start command as people type it, taken apart. */
export interface StartCommand {
  readonly words: readonly string[]
  /** Assignments before the program: `PORT=3000 node server.js`. */
  readonly env: Readonly<Record<string, string>>
}

const needsShell = /[|&;<>`()]|\$[A-Za-z_({]/
const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s

/**
 * Words, with quotes and backslashes as a shell reads them. What only a shell can do is left to one. Throws SW_INIT_SOURCE for an
 * open quote or no program.
 */
export function startCommandOf(text: string): StartCommand {
  if (needsShell.test(text)) return { words: ['sh', '-c', text], env: {} }
  const words = wordsOf(text)
  const env: Record<string, string> = {}
  let first = 0
  for (; first < words.length; first++) {
    const match = assignment.exec(words[first] ?? '')
    if (match === null) break
    env[match[1] ?? ''] = match[2] ?? ''
  }
  const program = words[first]
  if (program === undefined) throw new SeaworthyError('SW_INIT_SOURCE', `--from ${JSON.stringify(text)}: found no program to start`, { hint: 'Write the command as you type it: --from "node server.js".' })
  return { words: [whereItIs(program), ...words.slice(first + 1)], env }
}

function wordsOf(text: string): string[] {
  const words = [...text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs)].map(([word]) => word)
  if (words.join('').length !== text.replaceAll(/\s/g, '').length && (text.match(/(?<!\\)["']/g)?.length ?? 0) % 2 === 1) {
    throw new SeaworthyError('SW_INIT_SOURCE', `--from ${JSON.stringify(text)}: found a quote that is not closed`)
  }
  return words.map((word) => word.replaceAll(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, (_, escaped?: string, double?: string, single?: string) => escaped ?? double?.replaceAll(/\\(.)/gs, '$1') ?? single ?? ''))
}

/** A service gets a fixed search path; a program from elsewhere, such as a virtual environment, is named by its path. */
function whereItIs(program: string): string {
  if (program === 'node' || program.includes('/') || systemFolders.some((folder) => isProgram(join(folder, program)))) return program
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program)).find(isProgram)
  if (found !== undefined) return found
  throw new SeaworthyError('SW_INIT_SOURCE', `--from: the program ${JSON.stringify(program)} was not found`, { hint: '--from takes a start command, a URL (http://...) or the path of a Compose file or an OpenAPI document that exists.' })
}
const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** One way in which the command may be told its port. */
export interface PortPassing extends StartCommand {
  readonly how: string
}

const portNumber = /(?<![\d.])(\d{4,5})(?![\d.])/g
const isPort = (text: string): boolean => Number(text) >= 1_024 && Number(text) <= 65_535
const portVariables = ['PORT', 'HTTP_PORT', 'SERVER_PORT', 'APP_PORT', 'LISTEN_PORT']

/** Ways to tell the command its port, the likeliest first. `known` is the port of a URL that was given. */
export function portPassings({ words, env }: StartCommand, known: number | undefined): readonly PortPassing[] {
  const replaced = (text: string): string => text.replaceAll(portNumber, (whole, number: string) => (known === undefined ? isPort(number) : Number(number) === known) ? '{port}' : whole)
  const inWords = { words: [words[0] ?? '', ...words.slice(1).map(replaced)], env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, replaced(value)])), how: 'in place of the port it was started with' }
  const changed = JSON.stringify([inWords.words, inWords.env]) !== JSON.stringify([words, env])
  return [
    ...(changed ? [inWords] : []),
    { words, env: { ...env, PORT: '{port}' }, how: 'in the variable PORT' },
    { words, env: { ...env, ...Object.fromEntries(portVariables.map((name) => [name, '{port}'])) }, how: `in the variables ${portVariables.join(', ')}` },
    { words: [...words, '--port', '{port}'], env, how: 'as --port' },
  ]
}
