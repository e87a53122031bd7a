import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

export type Fields = Readonly<Record<string, unknown>>
export interface Manifest extends Fields {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Fields & { readonly name: string }
}

/** What manifests name where the image of the trial belongs. */
export const imageOfManifests = 'seaworthy-reference'

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

export function isManifest(value: unknown): value is Manifest {
  return isFields(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isFields(value['metadata']) && typeof value['metadata']['name'] === 'string'
}

/** All objects of the YAML files in `folder`, in the order in which they stand. Throws for one that is no object of a cluster. */
export function readManifests(folder: string): readonly Manifest[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort()
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).flatMap((document) => {
      if ('errors' in document && document.errors.length > 0) throw new Error(`while reading ${name}: ${document.errors[0]?.message}`)
      const object: unknown = document.toJS()
      if (object === null) return []
      if (!isManifest(object)) throw new Error(`while reading ${name}: found ${JSON.stringify(object).slice(0, 80)}, expected an object with apiVersion, kind and metadata.name`)
      return [object]
    }),
  )
}

/** As it is to be created: in `namespace`, with `image` in the place of the one it names. */
export function placed(manifest: Manifest, { namespace, image }: { readonly namespace: string; readonly image: string }): Manifest {
  const object = withImage(manifest, image)
  if (!isManifest(object)) throw new Error(`${manifest.kind}/${manifest.metadata.name} is no object of a cluster any more`)
  return { ...object, metadata: { ...object.metadata, namespace } }
}

function withImage(value: unknown, image: string): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => withImage(one, image))
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, name === 'image' && part === imageOfManifests ? image : withImage(part, image)]))
}

export interface Resource {
  readonly group: string
  readonly resource: string
}

/** The plural as the API has it, for the kinds of plain manifests. */
export function resourceOf({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): Resource {
  const singular = kind.toLowerCase()
  return { group: apiVersion.includes('/') ? apiVersion.replace(/\/.*$/, '') : '', resource: singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s` }
}

/** Where objects of this kind are created. */
export function collectionPath(manifest: Pick<Manifest, 'apiVersion' | 'kind'>, namespace: string): string {
  const { apiVersion } = manifest
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/namespaces/${namespace}/${resourceOf(manifest).resource}`
}

/** The descriptor that the manifests bring with them. Throws when there is none. */
export function descriptorIn(manifests: readonly Manifest[]): string {
  for (const { kind, metadata, data } of manifests) {
    const text = kind === 'ConfigMap' && metadata.name === 'seaworthy' && isFields(data) ? data['seaworthy.yaml'] : undefined
    if (typeof text === 'string') return text
  }
  throw new Error('found no ConfigMap "seaworthy" with a seaworthy.yaml among the manifests')
}
