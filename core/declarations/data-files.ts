import type { Operation } from '../service-descriptor.js'

/** `data.files`: files in which one component keeps data itself, and requests of the service that end in it. */
export interface DataFiles {
  readonly component: string
  /** Matches the path of the file, relative to the component's data folder, that the newest data is appended to. */
  readonly pattern: RegExp
  readonly write: Operation
  readonly read: Operation
}
