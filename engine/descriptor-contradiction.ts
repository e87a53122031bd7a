export type DescriptorPath = readonly (string | number)[]

/** Says that a part of a valid document makes no sense with another: `path` leads to the place. */
export class DescriptorContradiction extends Error {
  constructor(readonly path: DescriptorPath, message: string) {
    super(message)
  }
}
