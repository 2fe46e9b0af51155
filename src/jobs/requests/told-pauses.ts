import { type RetryableError, toProblem } from '../../domain/errors.ts'
import type { Pause } from '../../domain/request.ts'
import { type Patiently, retrying } from '../retry.ts'

/** Pauses that are shorter are not worth a word; in milliseconds. */
const usuallyToldFromMs = 5_000

/**
 * Tells of the longest pause that begins, and with undefined that none is left. Pauses for one reason that follow each other are told again only when the
 * moment has moved on by four times `toldFromMs`: each word is an entry of the audit and an update of messages. `tell` must not throw.
 */
export function tellingPauses(
  signal: AbortSignal,
  tell: (pause: Pause | undefined) => Promise<void>,
  toldFromMs = usuallyToldFromMs,
): Patiently {
  const pauses = new Set<Pause>()
  let told: Pause | undefined
  const isSoonAfter = (next: Pause, before: Pause): boolean =>
    next.why === before.why && Date.parse(next.until) - Date.parse(before.until) < 4 * toldFromMs
  const sayLongest = async (): Promise<void> => {
    const [longest] = [...pauses].toSorted((one, other) => other.until.localeCompare(one.until))
    if (longest === told || (longest !== undefined && told !== undefined && isSoonAfter(longest, told))) return
    told = longest
    await tell(longest)
  }
  return async (work) => {
    let own: Pause | undefined
    const replace = async (next: Pause | undefined): Promise<void> => {
      if (own !== undefined) pauses.delete(own)
      if (next !== undefined) pauses.add(next)
      own = next
      await sayLongest()
    }
    const pausing = (error: RetryableError, pauseMs: number): Promise<void> =>
      replace(pauseMs < toldFromMs ? undefined : pauseOf(error, pauseMs))
    try {
      return await retrying(work, signal, pausing)
    } finally {
      await replace(undefined)
    }
  }
}

function pauseOf(error: RetryableError, pauseMs: number): Pause {
  return { why: toProblem(error).message, until: new Date(Date.now() + pauseMs).toISOString() }
}
