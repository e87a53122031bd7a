import { basename } from 'node:path'
import type { DeployedComponent, Instance } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { Component, ServiceDescriptor } from '../../core/service-descriptor.js'
import { forgetAddress, moveAddress, movingHost } from '../../operating-system/moving-addresses.js'
import { ownStopOf, type StopConfiguration } from '../docker/stop-signal.js'
import { notDone } from '../process/not-done.js'
import { addressOf, entryOf, ofServices, portOf, type ProjectContainer } from './project.js'

/** A container with the part it plays. What is neither replica nor component goes through a reboot with the others. */
export interface Place {
  readonly name: string
  readonly kind: 'replica' | 'component' | 'other'
  readonly container: ProjectContainer
  /** A name that leads to the container as long as it runs. */
  readonly host: string
  readonly port: number
  readonly component?: Component
}

export interface ProjectPlan {
  readonly places: readonly Place[]
  /** Services with running containers that are neither replica, component nor the balancer: a store among them would be spared by every fault. */
  readonly undeclared: readonly string[]
  readonly entrypoint: URL
}

/** Who is who among the running containers of a project. Throws SeaworthyError. */
export function planProject({ target }: ServiceDescriptor, running: readonly ProjectContainer[], directory: string): ProjectPlan {
  const { compose } = target
  if (compose === undefined) throw notDone('attaching to a project', 'a descriptor of another kind')
  const hostOf = (name: string): string => movingHost(`${name}.${basename(directory)}`)
  const place = (name: string, kind: Place['kind'], container: ProjectContainer, port: number): Place => ({ name, kind, container, host: hostOf(name), port })
  const replicas = ofServices(running, compose.replicas).map((one, index) => place(`replica-${index}`, 'replica', one, portOf(one, compose.replicas, 'target.replicas')))
  if (replicas.length !== target.replicas.count) throw notDone(`attaching to the project ${compose.project}`, `${replicas.length} running containers of the replicas, expected ${target.replicas.count}`)
  const components = target.components.map((component) => {
    const service = compose.components[component.name] ?? { services: [component.name] }
    const found = ofServices(running, service)
    const [one] = found
    if (one === undefined || found.length > 1) throw notDone(`attaching to the component ${component.name} (service ${service.services.join(', ')})`, `${found.length} running containers, expected one`)
    return { ...place(component.name, 'component', one, portOf(one, service, `target.components.${component.name}`)), component }
  })
  const known = new Set([...replicas, ...components].map(({ container }) => container.id))
  const others = running.filter(({ id }) => !known.has(id)).map((one) => place(`${one.service}-${one.number}`, 'other', one, 0))
  const entry = entryOf(running, compose.entry)
  const undeclared = [...new Set(others.map(({ container }) => container.service))].filter((name) => name !== entry.service)
  return { places: [...replicas, ...components, ...others], undeclared, entrypoint: entry.url }
}

/** Reads where every container is now. Throws SeaworthyError for a replica or component without an address of its own. */
export function nameAddresses(places: readonly Place[]): void {
  for (const { name, kind, container, host } of places) {
    const address = addressOf(container.inspected)
    if (address === undefined && kind !== 'other') {
      throw new SeaworthyError('SW_COMPOSE_ADDRESS', `while attaching to ${name} (container ${container.name}): found no address of its own, expected it in a network of the project`, { exitCode: exitCodes.usage, hint: 'network_mode: host gives several containers one address; they cannot be told apart' })
    }
    moveAddress(host, address ?? null)
  }
}

export const forgetAddresses = (places: readonly Place[]): void => {
  for (const { host } of places) forgetAddress(host)
}

export const instanceOf = ({ name, host, port }: Place): Instance => ({ id: name, url: new URL(`http://${host}:${port}`) })

/** What `lifecycle.stop` declares is about the replicas alone. */
export function stopOfPlace(place: Place | undefined, { lifecycle: { stop }, target: { compose } }: ServiceDescriptor): ReturnType<typeof ownStopOf> {
  if (place === undefined || (place.kind === 'replica' && compose?.stopDeclared === true)) return { signal: stop.signal, graceMs: stop.graceMs }
  return ownStopOf(place.container.inspected.Config as StopConfiguration)
}

export function componentOf({ name, host, port, component }: Place): DeployedComponent {
  const { role = 'dependency', hard = false, ownsData = false } = component ?? {}
  return { name, role, hard, ownsData, host, port }
}
