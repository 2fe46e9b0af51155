/** What is answered within so many milliseconds; nothing when it takes longer. The work goes on. */
export async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, withinMs, undefined).unref()
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
