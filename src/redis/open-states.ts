import { isOpen, needsReview, type Request } from '../domain/request.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

export const openRequestsKey = `${prefix}:requests:open`
export const openStatesKey = `${prefix}:requests:states`

const unreviewedMark = ' unreviewed'

/** What the ledger notes of a request that is not finished, or that waits for a review; empty for any other. */
export function openStateOf(request: Request): string {
  if (needsReview(request)) return `${request.state}${unreviewedMark}`
  return isOpen(request) ? request.state : ''
}

export interface OpenStates {
  /** One for each request that is not finished or waits for a review. */
  readonly states: readonly string[]
  /** How many wait for a review. */
  readonly unreviewed: number
}

/** Undefined where versions before 0.2.0 have written the ledger in part: then the requests themselves have to be read. */
export async function readOpenStates(redis: Connection): Promise<OpenStates | undefined> {
  const [noted, count] = await Promise.all([redis.hvals(openStatesKey), redis.scard(openRequestsKey)])
  return noted.length < count ? undefined : openStatesIn(noted)
}

export function openStatesIn(noted: readonly string[]): OpenStates {
  return {
    states: noted.map((each) => each.replace(unreviewedMark, '')),
    unreviewed: noted.filter((each) => each.endsWith(unreviewedMark)).length,
  }
}
