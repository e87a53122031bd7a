/** Works on each item, on at most `atOnce` of them at a time, begun in their order. Throws what was thrown first, without waiting for what is under way; no other is begun after it. */
export async function fewAtOnce<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  let hasFailed = false
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (hasFailed) return
      await work(item).catch((thrown: unknown) => {
        hasFailed = true
        throw thrown
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
