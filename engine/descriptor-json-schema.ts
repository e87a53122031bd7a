import { z } from 'zod'
import { descriptorSchema } from './descriptor-schema.js'

/** The JSON Schema of `seaworthy.yaml`, from the same source that validates it; editors use it to complete and check. */
export function descriptorJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(descriptorSchema, { io: 'input' }), $id: 'urn:seaworthy:descriptor-v1', title: 'seaworthy.yaml' }
}
