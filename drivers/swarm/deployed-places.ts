import type { DeployedComponent, Instance } from '../../core/driver.js'
import type { Component } from '../../core/service-descriptor.js'
import type { TaskPlace } from './task-place.js'

export const instanceOf = ({ name, host, port }: TaskPlace): Instance => ({ id: name, url: new URL(`http://${host}:${port}`) })

export function componentOf({ name, host, port }: TaskPlace, { role, hard, ownsData }: Component): DeployedComponent {
  return { name, role, hard, ownsData, host, port }
}
