import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Component, ComposeProject, ComposeService, ServiceTarget } from '../../core/service-descriptor.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { component } from '../descriptor-parts.js'

const serviceName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'expected the name of a service of the project')
const port = z.number().int().min(1).max(65_535)
const named = {
  service: serviceName.describe('name of the service in the project'),
  port: port.optional().describe('inside the container; default: the only one it exposes'),
}
const { role, hard, ownsData, ready } = component.shape

/** The containers of a Compose project. What the project says itself is not asked for: number, restart policies, how they are stopped. */
export const composeTarget = z.strictObject({
  kind: z.literal('compose'),
  disposable: z.boolean().default(false).describe('may hold nothing that matters: allows destructive procedures'),
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected the name of a project: lower-case letters, digits, hyphens and underscores')
    .describe('name of the project; containers without its label are never touched'),
  file: z.string().min(1).optional().describe('its Compose file: brings the project up when it does not run, and takes it down again'),
  replicas: z.strictObject({ ...named, service: z.union([serviceName, z.array(serviceName).min(1)]).describe('service whose containers are the replicas; several where each is a service of its own') }),
  entry: z
    .strictObject({ ...named, port: port.optional().describe('published port, as it is inside the container; default: the only one') })
    .optional()
    .describe('the load balancer of the project; default: the only service with a published port'),
  components: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens'),
      z.strictObject({ service: serviceName.optional().describe('default: the name of the component'), port: named.port, role, hard, ownsData, ready }),
    )
    .default({}),
})
export type ComposeTargetDocument = z.infer<typeof composeTarget>

/** What a unit is before its container was looked at: nothing that a check could take for a promise. */
const unread = { command: [], env: {}, restart: 'never', startAtBoot: false } as const

/** Throws DescriptorContradiction when there is no such file. */
export function composeTargetOf(document: ComposeTargetDocument, directory: string, stopDeclared: boolean): ServiceTarget {
  const compose: ComposeProject = {
    project: document.project,
    ...(document.file === undefined ? {} : { file: projectFile(directory, document.file) }),
    replicas: serviceOf(document.replicas.service, document.replicas.port),
    ...(document.entry === undefined ? {} : { entry: serviceOf(document.entry.service, document.entry.port) }),
    components: Object.fromEntries(Object.entries(document.components).map(([name, one]) => [name, serviceOf(one.service ?? name, one.port)])),
    stopDeclared,
  }
  const components = Object.entries(document.components).map(([name, one]): Component => ({
    ...unread,
    name,
    role: one.role,
    hard: one.hard,
    ownsData: one.ownsData,
    ready: one.ready === 'tcp' ? { kind: 'tcp' } : { kind: 'http', path: one.ready },
  }))
  return { kind: 'compose', disposable: document.disposable, compose, replicas: { ...unread, count: compose.replicas.services.length }, components }
}

const serviceOf = (service: string | readonly string[], port: number | undefined): ComposeService => ({
  services: typeof service === 'string' ? [service] : service,
  ...(port === undefined ? {} : { port }),
})

function projectFile(directory: string, name: string): string {
  const file = resolve(directory, name)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file
  throw new DescriptorContradiction(['target', 'file'], `expected a Compose file, found no file ${file}`)
}
