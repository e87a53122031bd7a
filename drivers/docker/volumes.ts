import { access, constants } from 'node:fs/promises'
import type Docker from 'dockerode'
import type { UnitData } from '../process/deployment-world.js'
import { notDone } from '../process/not-done.js'
import { engineError, unlessGone } from './engine-error.js'
import { labelsOf, objectName, type Placed } from './labels.js'

/**
 * A named volume for each unit. `letGo` removes the container of a unit that is down: it holds the volume. `folderHere`:
 * folder on this computer that is a folder of the engine; default: the same.
 */
export function volumesOf(
  docker: Docker,
  placed: Placed,
  letGo: (unit: string) => Promise<void>,
  folderHere: (folder: string) => Promise<string> = (folder) => Promise.resolve(folder),
): UnitData {
  const nameOf = (unit: string): string => objectName(placed, unit)
  const make = async (unit: string): Promise<void> => {
    try {
      await docker.createVolume({ Name: nameOf(unit), Labels: labelsOf(placed, unit) })
    } catch (error) {
      throw engineError(`making the volume of ${unit}`, error)
    }
  }
  const remove = async (name: string): Promise<void> => {
    await unlessGone(docker.getVolume(name).remove()).catch((error: unknown) => {
      throw engineError(`removing the volume ${name}`, error)
    })
  }
  return {
    make,
    async empty(unit) {
      await letGo(unit)
      await remove(nameOf(unit))
      await make(unit)
    },
    async folderOf(unit) {
      const { Mountpoint } = await docker.getVolume(nameOf(unit)).inspect().catch((error: unknown) => {
        throw engineError(`looking at the volume of ${unit}`, error)
      })
      const folder = await folderHere(Mountpoint)
      await access(folder, constants.R_OK | constants.W_OK).catch(() => {
        throw notDone(`reaching the volume of ${unit}`, `that this user may not open ${folder}`)
      })
      return folder
    },
  }
}
