import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Secret } from '../core/redaction.js'

/** Shorter ones would be found in every second word. */
const lengthMin = 6
const lengthMinOfSecretName = 4

/** They would be found inside of times, ports and ids, and what a check reads there would change. */
const fewDigits = /^\d{1,7}$/

const secretVariable = /pass|pwd|secret|token|credential|key|auth|cookie|dsn|salt|private/i
const secretKey = /(^|[-_.])(password|passwd|passphrase|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key)$/i
const secretUpperKey = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY)$/
const secretCamelKey = /(Password|Passphrase|Secret|Token|ApiKey|AccessKey|PrivateKey)$/
const isSecretKey = (key: string): boolean => [secretKey, secretUpperKey, secretCamelKey].some((form) => form.test(key))
const credentialHeader = /^(authorization|proxy-authorization|cookie|x-api-key|x-auth-token)$/i
const secretOption = /^--?[\w-]*(password|passwd|passphrase|secret|token|api-?key)$/i
const secretOptionWithValue = /^--?[\w-]*(?:password|passwd|passphrase|secret|token|api-?key)=(.+)$/i
const userInfo = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/gi

/** One variable of the environment that was put into a descriptor. */
export interface Substituted {
  readonly name: string
  readonly value: string
  /** What the file itself gives as its default. */
  readonly fallback: string | undefined
}

/**
 * What must be kept out of histories, logs and reports: values from the environment, credentials in headers, passwords in URLs, and
 * values whose name says that they are secret. A number, an existing path and an ordinary word from the environment are none, unless
 * the name of the variable says so.
 */
export function secretsOf(document: unknown, substituted: readonly Substituted[]): readonly Secret[] {
  const found: Secret[] = []
  for (const one of substituted) {
    if (isSecretVariable(one)) found.push({ name: one.name, value: one.value })
    collectFromText(one.value, one.name, found)
  }
  collect(document, '', found)
  const byValue = new Map<string, Secret>()
  for (const secret of found) if (!byValue.has(secret.value) && !fewDigits.test(secret.value)) byValue.set(secret.value, secret)
  return [...byValue.values()]
}

function isSecretVariable({ name, value, fallback }: Substituted): boolean {
  if (value === fallback) return false
  if (existsAsPath(value)) return false
  if (secretVariable.test(name)) return value.length >= lengthMinOfSecretName
  return value.length >= lengthMin && !/^[\d.,:]+(ms|s|m|h)?$/.test(value) && !/^[a-z][a-z-]*$/i.test(value)
}

function existsAsPath(value: string): boolean {
  try {
    return isAbsolute(value) && existsSync(value)
  } catch {
    return false
  }
}

function collect(value: unknown, key: string, found: Secret[]): void {
  if (typeof value === 'string') {
    if (credentialHeader.test(key)) found.push(...credentialsOf(key, value))
    else if (isSecretKey(key) && isLiteral(value)) found.push({ name: key, value })
    collectFromText(value, key, found)
    return
  }
  if (Array.isArray(value)) {
    value.forEach((one: unknown, index) => {
      if (typeof one === 'string') collectFromOption(one, value[index - 1], found)
      collect(one, key, found)
    })
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, one] of Object.entries(value)) collect(one, name, found)
}

/** `--password=…` and `--password …`. */
function collectFromOption(text: string, before: unknown, found: Secret[]): void {
  const joined = secretOptionWithValue.exec(text)?.[1]
  const value = joined ?? (typeof before === 'string' && secretOption.test(before) ? text : undefined)
  if (value !== undefined && isLiteral(value)) found.push({ name: 'option', value })
}

function collectFromText(text: string, name: string, found: Secret[]): void {
  for (const [, password] of text.matchAll(userInfo)) {
    if (password === undefined || !isLiteral(password)) continue
    const plain = decoded(password)
    found.push({ name: `password in ${name || 'a URL'}`, value: password }, ...(plain === password ? [] : [{ name: `password in ${name || 'a URL'}`, value: plain }]))
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `Bearer …`, `Basic …`, or the value as it is. */
function credentialsOf(header: string, value: string): readonly Secret[] {
  const [scheme = '', ...rest] = value.split(' ')
  const credential = rest.length === 0 ? scheme : rest.join(' ')
  const [, ...password] = /^basic$/i.test(scheme) ? Buffer.from(credential, 'base64').toString('utf8').split(':') : []
  return [credential, ...(password.length === 0 ? [] : [password.join(':')])].filter(isLiteral).map((one) => ({ name: header.toLowerCase(), value: one }))
}

/** Neither filled in later (`{token}`), nor a JSON pointer (`/token`), nor too short to be looked for. */
const isLiteral = (value: string): boolean => value.length >= lengthMinOfSecretName && !/\{[\w:-]+\}/.test(value) && !/^\/[\w/-]{0,30}$/.test(value) && !/^(current|none|null|true|false|header:.*)$/.test(value)
