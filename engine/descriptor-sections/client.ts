import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { clientHeaders, clientPaths } from '../../core/client-module.js'
import type { ClientDeclaration } from '../../core/service-descriptor.js'
import { DescriptorContradiction, type DescriptorPath } from '../descriptor-contradiction.js'
import { duration, environment } from '../descriptor-parts.js'
import type { DescriptorDocument } from '../descriptor-schema.js'

const modulePath = z.string().regex(/\.(m?js)$/, 'expected a JavaScript module such as ./client.mjs')

export const clientSection = z
  .union([
    modulePath,
    z.strictObject({
      module: modulePath,
      env: environment.default({}).describe('what the functions of the module are given as env'),
      timeout: duration.default('10s').describe('of one operation'),
      maxLag: duration.default('1s').describe('how long a read may lag behind'),
      ordinaryRead: z.boolean().default(false).describe('the module also exports readOrdinary: a read that may lag behind, such as one of a read replica'),
    }),
  ])
  .describe('a module that speaks the protocol of a service without HTTP: it exports open, write, read, list and close')

/** A document in which nothing that every service has is missing any more. */
export type WholeDocument = DescriptorDocument & { readonly health: NonNullable<DescriptorDocument['health']>; readonly traffic: NonNullable<DescriptorDocument['traffic']> }

/** What only a service that speaks HTTP can declare. */
const ofHttp = ['health', 'traffic', 'identity', 'data'] as const

/**
 * With a client module the requests are known: they go to the HTTP face that the harness puts on the module. Throws
 * DescriptorContradiction for what is declared besides, and for a document that has neither.
 */
export function wholeDocument(document: DescriptorDocument): WholeDocument {
  const { client, health, traffic } = document
  if (client === undefined) {
    if (health === undefined && document.target.kind === 'compose' && traffic !== undefined) return { ...document, traffic, health: { readiness: '' } } // read from the health check of the project
    if (health === undefined) throw new DescriptorContradiction(['health'], 'expected where readiness can be asked, such as { readiness: /ready }, or a client module (it is missing)')
    if (traffic === undefined) throw new DescriptorContradiction(['traffic'], 'expected at least one operation, or a client module (it is missing)')
    return { ...document, health, traffic }
  }
  if (document.target.kind === 'compose' || document.target.kind === 'swarm') throw new DescriptorContradiction(['client'], 'belongs to a target of kind process: a client module reaches replicas at addresses that stay')
  const besides = ofHttp.find((name) => document[name] !== undefined)
  if (besides !== undefined) throw new DescriptorContradiction([besides], `belongs to a service that speaks HTTP, and client is declared: the module stands for ${ofHttp.join(', ')}`)
  databaseWithClient(document.database)
  const { timeout = '10s', maxLag = '1s', ordinaryRead = false } = typeof client === 'string' ? {} : client
  const write = { http: `PUT ${clientPaths.keys}/{key}`, body: { value: '{value}' }, timeout, weight: 1 }
  const read = { http: `GET ${clientPaths.keys}/{key}`, expect: { json: { '/value': '{value}' } }, timeout, weight: 1 }
  const ordinary = { http: `GET ${clientPaths.ordinary}/{key}`, expect: { json: { '/value': '{value}' } }, timeout, weight: 0 }
  return {
    ...document,
    health: { readiness: clientPaths.ready },
    identity: { instance: `header:${clientHeaders.instance}`, boot: `header:${clientHeaders.boot}` },
    traffic: { write, read },
    data: { write: 'write', read: { strong: 'read', ...(ordinaryRead ? { ordinary } : {}) }, maxLag, list: { http: `GET ${clientPaths.keys}?prefix={prefix}`, items: '/items', key: '/key' } },
  }
}

/** What a replicated database can only declare where requests are HTTP: with a client module it would be asked of nobody. Throws DescriptorContradiction. */
function databaseWithClient(document: DescriptorDocument['database']): void {
  if (document === undefined) return
  const { counters, lookUp, pauseReplay, resumeReplay, mutations = [], staleMarker } = document
  for (const [name, asked] of Object.entries({ counters, lookUp, pauseReplay, resumeReplay })) {
    if (asked?.http !== undefined) throw new DescriptorContradiction(['database', name], 'expected exec: behind a client module nobody speaks HTTP')
  }
  const request = mutations.findIndex((one) => typeof one !== 'string')
  if (request >= 0) throw new DescriptorContradiction(['database', 'mutations', String(request)], 'expected write: a client module changes data by no other operation')
  if (staleMarker !== undefined) throw new DescriptorContradiction(['database', 'staleMarker'], 'belongs to a service that speaks HTTP: a client module answers with a value and nothing beside it')
}

/** Throws DescriptorContradiction when there is no such file. */
export function clientOf(document: NonNullable<DescriptorDocument['client']>, directory: string): ClientDeclaration {
  const { module, env, ordinaryRead } = typeof document === 'string' ? { module: document, env: {}, ordinaryRead: false } : document
  const file = moduleFile(directory, module, typeof document === 'string' ? ['client'] : ['client', 'module'])
  return { module: file, env, ...(ordinaryRead ? { ordinaryRead } : {}) }
}

/** Absolute. Throws DescriptorContradiction, with the path given, when there is no such file. */
export function moduleFile(directory: string, module: string, path: DescriptorPath): string {
  const file = resolve(directory, module)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file
  throw new DescriptorContradiction(path, `expected a module, found no file ${file}`)
}
