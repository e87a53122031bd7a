import { open } from 'node:fs/promises'

/** The last lines of what a process wrote to a file, for a message. None when it cannot be read: that is no reason to hide the rest. */
export async function lastLines(path: string, { linesMax, bytesMax = Infinity }: { readonly linesMax: number; readonly bytesMax?: number }): Promise<readonly string[]> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const length = Math.min(size, bytesMax)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n').slice(-linesMax)
  } catch {
    return []
  }
}
