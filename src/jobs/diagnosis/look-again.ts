import type { Look } from '../../domain/diagnosis/diagnosis.ts'
import { passesInMs } from '../../domain/diagnosis/passing.ts'
import { resetsWithoutLists } from '../../domain/diagnosis/rules/unread-lists.ts'

/** Why a result is not final, and how long until a new look can tell more, in milliseconds. */
export interface Unfinished {
  readonly because: 'lists' | 'cache'
  readonly afterMs: number
}

/** The longest memory of a resolver that is waited for, in milliseconds. */
const longestMs = 15 * 60_000

/** Pure. Undefined when no network's result is expected to become another one by itself. */
export function unfinished(looks: readonly Look[]): Unfinished | undefined {
  if (looks.some(isWithoutNewestLists)) return { because: 'lists', afterMs: 250 }
  const rests = looks.map(restOfMemoryMs).filter((rest) => rest !== undefined)
  return rests.length === 0 ? undefined : { because: 'cache', afterMs: Math.max(...rests) }
}

/** The verdict is that the endpoint was refused, and the lists that tell why are those of before. Beside another root cause they change nothing. */
function isWithoutNewestLists({ evidence, verdict }: Look): boolean {
  const isRoot = verdict?.code === 'allow-list-missing' || verdict?.code === 'control-plane-unknown'
  return isRoot && evidence?.controlPlane?.asOf !== undefined && resetsWithoutLists(evidence).length > 0
}

/** How long the resolver keeps the old answer that the verdict is about. */
function restOfMemoryMs({ evidence, verdict }: Look): number | undefined {
  const restMs = evidence === undefined || verdict === undefined ? undefined : passesInMs(evidence, verdict)
  return restMs !== undefined && restMs <= longestMs ? restMs : undefined
}
