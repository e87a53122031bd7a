/** Works on each item, on at most `atOnce` of them at a time, begun in their order. Throws what was thrown first, when the others have ended or go on without being waited for. */
export async function fewAtOnce<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
