import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The pause between two looks: a share of the time that has passed, within these bounds, in milliseconds. A subscription has 250 reads and 25 more in each
 * second: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
const pause = { share: 0.015, least: 100, most: 2_000 }

/** How many operations this process looks beside: the shortest pause is as many times as long. */
let lookers = 0

/**
 * Waits for an operation of Azure, or until a look at the resource itself says that it has ended well. Azure tells to ask for an operation's state only every
 * few seconds, and nothing about how often its resource may be read. How an operation fails, only the operation tells. `operation` is ended through `over`.
 */
export async function lookingBeside(
  operation: PromiseLike<unknown>,
  look: (signal: AbortSignal) => Promise<boolean>,
  over: AbortController,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  const both = AbortSignal.any([signal, over.signal])
  const seen = async (): Promise<void> => {
    for (;;) {
      const passed = performance.now() - startedAt
      const pauseMs = Math.min(Math.max(passed * pause.share, pause.least * lookers), pause.most)
      await sleep(pauseMs, undefined, { signal: both })
      if (await look(both).catch(() => false)) return
    }
  }
  lookers += 1
  try {
    await Promise.race([operation, seen()])
  } finally {
    lookers -= 1
    over.abort()
  }
}
