import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { connectEngine } from './engine-connection.js'
import { engineError } from './engine-error.js'

/** What an image was built from, as a digest. One without this label was built by somebody who knows what is in it. */
export const contentLabel = 'seaworthy.content'

/** Digest of files and of what is in folders, by their names below these and their bytes. What V8 compiled of a program is no other program. */
export function contentDigest(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesIn(path)) hash.update(`${relative(path, file)}\0`).update(createHash('sha256').update(readFileSync(file)).digest())
  }
  return hash.digest('hex').slice(0, 16)
}

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).filter((name) => !name.includes('.code-cache')).sort().flatMap((name) => filesIn(join(path, name)))
}

/** The digest that an image carries; undefined when it carries none. Throws SeaworthyError, also when there is no such image. */
export async function contentOfImage(image: string): Promise<string | undefined> {
  const { docker } = await connectEngine()
  try {
    const { Config } = await docker.getImage(image).inspect()
    return (Config?.Labels as Readonly<Record<string, string>> | null | undefined)?.[contentLabel]
  } catch (error) {
    throw engineError(`looking at the image ${image}`, error)
  }
}
