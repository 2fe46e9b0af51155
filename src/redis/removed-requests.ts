import type { Plan } from '../domain/plan.ts'
import { isOpen, needsReview, type Request } from '../domain/request.ts'
import type { Connection } from './connection.ts'
import { allRequestsKey, numberOf, parseRequest, personKey, requestKey, unshownKey } from './ledger.ts'
import { openRequestsKey } from './open-states.ts'
import { prefix } from './queues.ts'
import { messagesKey } from './records.ts'

/** What stays of a request that made something: by it the bot knows its own, and finds a service that was deleted meanwhile. It names no person. */
export interface Trace {
  readonly network: string
  readonly alias: string
  readonly services: Plan['services']
}

/** Requests whose time is over. */
export interface RemovedRequests {
  /**
   * Looks at some of the requests after the one with this number, the oldest first, and removes those that ended before the moment (ISO 8601) and need no review.
   * Returns the removed ids and where to go on; without `next` there is nothing more that is old enough.
   */
  remove(before: string, after: number): Promise<{ readonly removed: readonly string[]; readonly next?: number }>
  trace(id: string): Promise<Trace | undefined>
  /** The newest first. */
  traces(): Promise<readonly Trace[]>
}

/** How many requests one call looks at. */
const batchSize = 100

const tracesKey = `${prefix}:requests:traces`

/** Removes a request, if the stored text is still the expected one. */
const removeIfSame = `
local request, open, unshown, all, ofPerson, traces = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local expected, id, trace = ARGV[1], ARGV[2], ARGV[3]
if redis.call('GET', request) ~= expected then return 0 end
if trace ~= '' then redis.call('HSET', traces, id, trace) end
redis.call('DEL', request)
redis.call('SREM', open, id)
redis.call('HDEL', unshown, id)
redis.call('ZREM', all, id)
redis.call('ZREM', ofPerson, id)
return 1
`

export function redisRemovedRequests(redis: Connection): RemovedRequests {
  const removeOne = async (request: Request, text: string): Promise<boolean> => {
    const { id, asked } = request
    const trace = traceOf(request)
    const keys = [requestKey(id), openRequestsKey, unshownKey, allRequestsKey, personKey(asked.by.key), tracesKey]
    const values = [text, id, trace === undefined ? '' : JSON.stringify(trace)]
    if ((await redis.eval(removeIfSame, keys.length, ...keys, ...values)) !== 1) return false
    // After a crash in between they go by their own time.
    await redis.del(messagesKey(`request-${id}`))
    return true
  }
  return {
    async remove(before, after) {
      const found = await redis.zrangebyscore(allRequestsKey, `(${after}`, '+inf', 'WITHSCORES', 'LIMIT', 0, batchSize)
      const ids = found.filter((_, index) => index % 2 === 0)
      const texts = ids.length === 0 ? [] : await redis.mget(ids.map(requestKey))
      // An unfinished undo still reads the request that it takes back.
      const undone = await undoneNow(redis)
      const removed: string[] = []
      for (const text of texts) {
        if (text === null) continue
        const request = parseRequest(text)
        // Later ones were asked for later, and ended later still.
        if (request.asked.at >= before) return { removed }
        if (isOver(request, before) && !undone.has(request.id) && (await removeOne(request, text))) removed.push(request.id)
      }
      return ids.length < batchSize ? { removed } : { removed, next: Number(found.at(-1)) }
    },
    async trace(id) {
      const text = await redis.hget(tracesKey, id)
      return text === null ? undefined : JSON.parse(text)
    },
    async traces() {
      const all = Object.entries(await redis.hgetall(tracesKey))
      return all.toSorted(([one], [other]) => numberOf(other) - numberOf(one)).map(([, text]) => JSON.parse(text))
    },
  }
}

function isOver(request: Request, before: string): boolean {
  return !isOpen(request) && !needsReview(request) && (request.endedAt ?? request.asked.at) < before
}

async function undoneNow(redis: Connection): Promise<ReadonlySet<string>> {
  const ids = await redis.smembers(openRequestsKey)
  const texts = ids.length === 0 ? [] : await redis.mget(ids.map(requestKey))
  return new Set(texts.flatMap((text) => (text === null ? [] : [parseRequest(text).undoes ?? ''])))
}

/** Undefined of a request that changed nothing. */
function traceOf({ asked, plan, steps }: Request): Trace | undefined {
  if (plan === undefined || !Object.values(steps).some(({ changed }) => changed)) return undefined
  return { network: asked.network, alias: plan.alias, services: plan.services }
}
