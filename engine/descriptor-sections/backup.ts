import { z } from 'zod'
import type { AccountObjectType, AccountsDeclaration, BackupDeclaration, DataDeclarations, InvariantDeclaration } from '../../core/declarations/backup.js'
import type { Procedure } from '../../core/procedure.js'
import type { Operation } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf, procedureOf } from '../descriptor-from-parts.js'
import { duration, operation, pointer, procedure, type OperationDocument, type ProcedureDocument } from '../descriptor-parts.js'
import { inBraces, mentions, placeholdersOfTraffic, unknownName } from '../descriptor-placeholders.js'

/** A restore may send the backup itself: a service on another machine, in a pod or in a task cannot open a path of this one. */
const restore = z.strictObject({
  ...procedure,
  upload: z.string().regex(/^\{file\}$/, 'expected "{file}", the backup').optional().describe('"{file}": the body of the request is the backup itself, as it is on disk; content-type: application/octet-stream unless headers say otherwise'),
})
type RestoreDocument = z.infer<typeof restore>

export const backupSection = z.strictObject({
  create: z.strictObject(procedure).describe('makes {file} while the service runs'),
  verify: z.strictObject(procedure).optional().describe('succeeds only when {file} is a whole backup'),
  restoreIsolated: restore.optional().describe('replaces everything in another deployment by {file}'),
  restoreLive: restore.optional().describe('puts the records of {namespace} back in the running service'),
  restoreAccount: restore.optional().describe('puts {account} back in the running service'),
  staleness: duration.default('0s').describe('how much older than its start a backup may be'),
})
export type BackupDocument = z.infer<typeof backupSection>

const readPath = z.string().regex(/^GET \/(?![/\\])\S*$/, 'expected GET PATH')
const accountObject = z.strictObject({
  write: operation,
  read: operation,
  delete: operation.optional(),
  child: z.boolean().default(false).describe('lies below an object of another kind'),
  shared: z.boolean().default(false).describe('belongs to several accounts: {name} is a group'),
  single: z.boolean().default(false).describe('there is at most one of an account'),
  effects: z.string().regex(/^GET \/(?![/\\])\S*#(\/[^/]*)+$/, 'expected GET PATH#POINTER').optional().describe('how often a change of {name} of {account} was announced'),
  metadata: z.array(pointer).default([]).describe('where the answer of read has identity and times, which a restore must preserve'),
})

/** Keys of `data` that this section adds. */
export const dataDeclarations = {
  delete: operation.optional().describe('removes {key}'),
  list: z.strictObject({ http: operation.shape.http, items: pointer, key: pointer }).optional().describe('lists the records whose keys begin with {prefix}'),
  types: z.array(z.enum(['text', 'number', 'boolean', 'null', 'list', 'object'])).min(1).optional().describe('JSON types that {value} of data.write may have; default: text'),
  namespace: z
    .string()
    .regex(/\{namespace\}.*\{name\}|\{name\}.*\{namespace\}/, 'expected {namespace} and {name} in it, such as "{namespace}.{name}"')
    .optional()
    .describe('what a key of a namespace looks like'),
  invariant: z
    .strictObject({
      account: operation.describe('makes {account} with {balance}'),
      transfer: operation.describe('moves {amount} from {from} to {to} and leaves the marker {key}'),
      balance: z.string().regex(/^GET \/(?![/\\])\S*#(\/[^/]*)+$/, 'expected GET PATH#POINTER').describe('where the balance of {account} can be read'),
      marker: readPath.describe('succeeds when the transfer {key} was made, 404 or 410 when not'),
      amountMax: z.number().int().min(1_000).max(1_000_000_000_000).default(1_000_000),
    })
    .optional(),
  accounts: z
    .strictObject({
      create: operation,
      setPassword: operation,
      login: z.strictObject({ ...operation.shape, token: pointer }),
      logout: operation.optional(),
      passwordAfterRestore: z.enum(['current', 'backup']),
      createdSince: z.enum(['removed', 'kept']).describe('what a restore does with objects that were created after the backup'),
      types: z.record(z.string().regex(/^[a-z][a-zA-Z0-9-]*$/), accountObject),
    })
    .optional(),
}
const dataDocument = z.object(dataDeclarations)
export type DataDeclarationsDocument = z.infer<typeof dataDocument>

/** A placeholder that is missing would make every use of it the same, and a check of it would look at nothing. */
function requirePlaceholders(path: readonly string[], document: unknown, names: readonly string[]): void {
  const missing = names.filter((name) => !mentions(document, name))
  if (missing.length > 0) throw new DescriptorContradiction(path, `expected ${inBraces(missing, ' and ')} somewhere in it`)
}

/** Throws DescriptorContradiction. */
function restoreOf(document: RestoreDocument | undefined, path: readonly string[], placeholders: readonly string[]): Procedure | undefined {
  if (document === undefined) return undefined
  const { upload, ...rest } = document
  if (upload !== undefined) {
    const other = (['body', 'text'] as const).filter((one) => rest[one] !== undefined)
    if (other.length > 0) throw new DescriptorContradiction(path, `expected one of body, text and upload, found ${[...other, 'upload'].join(' and ')}`)
    if (rest.http === undefined) throw new DescriptorContradiction(path, 'upload belongs to http, which is not there')
    if (/^(GET|HEAD) /.test(rest.http)) throw new DescriptorContradiction([...path, 'http'], 'expected POST, PUT, PATCH or DELETE: what is uploaded is the body of the request')
  }
  requirePlaceholders(path, document, placeholders)
  const made = procedureOf(rest, path)
  return upload === undefined || made.via !== 'http' ? made : { ...made, uploadsFile: true }
}

/** Throws DescriptorContradiction. */
export function backupOf(document: BackupDocument): BackupDeclaration {
  const of = (name: string, given: ProcedureDocument | undefined, placeholders: readonly string[]): Procedure | undefined => {
    if (given === undefined) return undefined
    requirePlaceholders(['backup', name], given, placeholders)
    return procedureOf(given, ['backup', name])
  }
  const verify = of('verify', document.verify, ['file'])
  const restoreIsolated = restoreOf(document.restoreIsolated, ['backup', 'restoreIsolated'], ['file'])
  const restoreLive = restoreOf(document.restoreLive, ['backup', 'restoreLive'], ['file', 'namespace'])
  const restoreAccount = restoreOf(document.restoreAccount, ['backup', 'restoreAccount'], ['file', 'account'])
  return {
    create: of('create', document.create, ['file']) ?? procedureOf(document.create, ['backup', 'create']),
    ...(verify === undefined ? {} : { verify }),
    ...(restoreIsolated === undefined ? {} : { restoreIsolated }),
    ...(restoreLive === undefined ? {} : { restoreLive }),
    ...(restoreAccount === undefined ? {} : { restoreAccount }),
    stalenessMs: durationMs(document.staleness),
  }
}

const placeholderForm = /\{([A-Za-z][A-Za-z0-9_]*)\}/g
/** A misspelt placeholder would be sent as it stands. */
function refuseUnknownPlaceholders(path: readonly string[], document: unknown, names: readonly string[]): void {
  const unknown = unknownName([{ at: path, text: JSON.stringify(document) }], placeholderForm, [...names, ...placeholdersOfTraffic])
  if (unknown !== undefined) throw new DescriptorContradiction(unknown.at, `unknown placeholder {${unknown.name}}, expected one of ${inBraces(names)}`)
}

const at = (...path: readonly string[]): readonly string[] => ['data', ...path]
function required(path: readonly string[], document: OperationDocument, placeholders: readonly string[]): Operation {
  requirePlaceholders(path, document, placeholders)
  refuseUnknownPlaceholders(path, document, placeholders)
  return operationOf(path.slice(1).join('.'), document, 0)
}

/** Throws DescriptorContradiction. */
export function dataDeclarationsOf(document: DataDeclarationsDocument): DataDeclarations {
  const { list } = document
  return {
    ...(document.delete === undefined ? {} : { delete: required(at('delete'), document.delete, ['key']) }),
    ...(list === undefined ? {} : { list: { operation: required(at('list'), { http: list.http }, ['prefix']), itemsPointer: list.items, keyPointer: list.key } }),
    ...(document.types === undefined ? {} : { types: document.types }),
    ...(document.namespace === undefined ? {} : { namespace: document.namespace }),
    ...(document.invariant === undefined ? {} : { invariant: invariantOf(document.invariant) }),
    ...(document.accounts === undefined ? {} : { accounts: accountsOf(document.accounts) }),
  }
}

function invariantOf(document: NonNullable<DataDeclarationsDocument['invariant']>): InvariantDeclaration {
  const [http = '', place = ''] = document.balance.split('#')
  return {
    account: required(at('invariant', 'account'), document.account, ['account', 'balance']),
    transfer: required(at('invariant', 'transfer'), document.transfer, ['key', 'from', 'to', 'amount']),
    balance: required(at('invariant', 'balance'), { http, capture: { balance: `#${place}` } }, ['account']),
    marker: required(at('invariant', 'marker'), { http: document.marker }, ['key']),
    amountMax: document.amountMax,
  }
}

function accountsOf(document: NonNullable<DataDeclarationsDocument['accounts']>): AccountsDeclaration {
  const { token, ...login } = document.login
  const here = (name: string): readonly string[] => at('accounts', name)
  return {
    create: required(here('create'), document.create, ['account']),
    setPassword: required(here('setPassword'), document.setPassword, ['account', 'password']),
    login: { operation: required(here('login'), login, ['account', 'password']), tokenPointer: token },
    ...(document.logout === undefined ? {} : { logout: required(here('logout'), document.logout, ['token']) }),
    passwordAfterRestore: document.passwordAfterRestore,
    createdSince: document.createdSince,
    types: Object.entries(document.types).map(([name, one]) => typeOf(name, one)),
  }
}

function effectsOf(path: readonly string[], text: string): Operation {
  const [http = '', place = ''] = text.split('#')
  requirePlaceholders(path, text, ['account', 'name'])
  refuseUnknownPlaceholders(path, http, ['account', 'name'])
  return operationOf(path.slice(1).join('.'), { http, capture: { count: `#${place}` } }, 0)
}

function typeOf(name: string, document: z.infer<typeof accountObject>): AccountObjectType {
  const placeholders = ['account', 'token', ...(document.single ? [] : ['name'])]
  const path = (part: string): readonly string[] => at('accounts', 'types', name, part)
  const hasValue = mentions(document.write, 'value')
  if (hasValue) requirePlaceholders(path('read'), document.read, ['value'])
  return {
    name,
    write: required(path('write'), document.write, placeholders),
    read: required(path('read'), document.read, placeholders),
    ...(document.delete === undefined ? {} : { delete: required(path('delete'), document.delete, placeholders) }),
    child: document.child,
    shared: document.shared,
    single: document.single,
    ...(document.effects === undefined ? {} : { effects: effectsOf(path('effects'), document.effects) }),
    metadata: document.metadata,
    hasValue,
  }
}
