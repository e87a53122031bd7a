import { z } from 'zod'
import type { Component, ServiceTarget, StackService, SwarmStack } from '../../core/service-descriptor.js'
import { component } from '../descriptor-parts.js'

const serviceName = z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$/, 'expected the name of a service as the stack file has it, without the name of the stack')
const port = z.number().int().min(1).max(65_535)
const named = {
  service: serviceName.describe('name of the service in the stack file'),
  port: port.optional().describe('inside the container; default: the only one it publishes or exposes'),
}
const { role, hard, ownsData, ready } = component.shape

/** The tasks of a stack in a swarm of one node. What its services say themselves is not asked for: number, restart and update policies, how they are stopped. */
export const swarmTarget = z.strictObject({
  kind: z.literal('swarm'),
  disposable: z.boolean().default(false).describe('may hold nothing that matters: allows destructive procedures'),
  stack: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'expected the name of a stack: letters, digits, hyphens and underscores')
    .describe('name of the stack; services without its label are never touched'),
  replicas: z.union([serviceName, z.strictObject(named)]).describe('replicated service whose tasks are the replicas: its name, or its name and port'),
  url: z
    .string()
    .regex(/^http:\/\/[^/\s?#@]+\/?$/, 'expected an address such as http://127.0.0.1:8080, without a path; traffic is sent with http')
    .describe('where clients reach it: the load balancer of the stack, at a port published in host mode'),
  components: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens'),
      z.strictObject({ service: serviceName.optional().describe('default: the name of the component'), port: named.port, role, hard, ownsData, ready }),
    )
    .default({}),
})
export type SwarmTargetDocument = z.infer<typeof swarmTarget>

/** What a unit is before its service was looked at: nothing that a check could take for a promise. */
const unread = { command: [], env: {}, restart: 'never', startAtBoot: false } as const

export function swarmTargetOf(document: SwarmTargetDocument, stopDeclared: boolean): ServiceTarget {
  const { replicas } = document
  const swarm: SwarmStack = {
    stack: document.stack,
    replicas: typeof replicas === 'string' ? { service: replicas } : serviceOf(replicas.service, replicas.port),
    url: new URL(document.url),
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
  return { kind: 'swarm', disposable: document.disposable, swarm, replicas: { ...unread, count: 1 }, components }
}

const serviceOf = (service: string, port: number | undefined): StackService => ({ service, ...(port === undefined ? {} : { port }) })
