import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { clientHeaders, clientPaths } from '../../core/client-module.js'
import type { ClientDeclaration } from '../../core/service-descriptor.js'
import { DescriptorContradiction, type DescriptorPath } from '../descriptor-contradiction.js'
import { duration, environment } from '../descriptor-parts.js'
import type { DescriptorDocument } from '../descriptor-schema.js'
import { wholeTarget, type WholeTarget } from './target.js'

const modulePath = z.string().regex(/\.(m?js)$/, 'expected a JavaScript module such as ./client.mjs')

export const clientSection = z
  .union([
    modulePath,
    z.strictObject({
      module: modulePath,
      env: environment.default({}).describe('what the functions of the module are given as env'),
      timeout: duration.default('10s').describe('of one operation'),
      maxLag: duration.default('1s').describe('how long a read may lag behind'),
    }),
  ])
  .describe('a module that speaks the protocol of a service without HTTP: it exports open, write, read, list and close')

/** A document in which nothing that every service has is missing any more. */
export type WholeDocument = Omit<DescriptorDocument, 'target'> & { readonly target: WholeTarget; readonly health: NonNullable<DescriptorDocument['health']>; readonly traffic: NonNullable<DescriptorDocument['traffic']> }

/** What only a service that speaks HTTP can declare. */
const ofHttp = ['health', 'traffic', 'identity', 'data'] as const

/**
 * With a client module the requests are known: they go to the HTTP face that the harness puts on the module. Throws
 * DescriptorContradiction for what is declared besides, and for a document that has neither.
 */
export function wholeDocument(given: DescriptorDocument): WholeDocument {
  const document = { ...given, target: wholeTarget(given.target) }
  const { client, health, traffic } = document
  if (client === undefined) {
    if (health === undefined) throw new DescriptorContradiction(['health'], 'expected where readiness can be asked, such as { readiness: /ready }, or a client module (it is missing)')
    if (traffic === undefined) throw new DescriptorContradiction(['traffic'], 'expected at least one operation, or a client module (it is missing)')
    return { ...document, health, traffic }
  }
  const besides = ofHttp.find((name) => document[name] !== undefined)
  if (besides !== undefined) throw new DescriptorContradiction([besides], `belongs to a service that speaks HTTP, and client is declared: the module stands for ${ofHttp.join(', ')}`)
  const { timeout = '10s', maxLag = '1s' } = typeof client === 'string' ? {} : client
  const write = { http: `PUT ${clientPaths.keys}/{key}`, body: { value: '{value}' }, timeout, weight: 1 }
  const read = { http: `GET ${clientPaths.keys}/{key}`, expect: { json: { '/value': '{value}' } }, timeout, weight: 1 }
  return {
    ...document,
    health: { readiness: clientPaths.ready },
    identity: { instance: `header:${clientHeaders.instance}`, boot: `header:${clientHeaders.boot}` },
    traffic: { write, read },
    data: { write: 'write', read: { strong: 'read' }, maxLag, list: { http: `GET ${clientPaths.keys}?prefix={prefix}`, items: '/items', key: '/key' } },
  }
}

/** Throws DescriptorContradiction when there is no such file. */
export function clientOf(document: NonNullable<DescriptorDocument['client']>, directory: string): ClientDeclaration {
  const { module, env } = typeof document === 'string' ? { module: document, env: {} } : document
  return { module: moduleFile(directory, module, typeof document === 'string' ? ['client'] : ['client', 'module']), env }
}

/** Absolute. Throws DescriptorContradiction, with the path given, when there is no such file. */
export function moduleFile(directory: string, module: string, path: DescriptorPath): string {
  const file = resolve(directory, module)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file
  throw new DescriptorContradiction(path, `expected a module, found no file ${file}`)
}
