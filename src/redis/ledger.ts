import type { Ledger } from '../domain/ledger.ts'
import { isOpen, type Request, type RequestEvent, transition } from '../domain/request.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

const openKey = `${prefix}:requests:open`
const numberKey = `${prefix}:requests:number`

function keyOf(id: string): string {
  return `${prefix}:request:${id}`
}

/**
 * Replaces the stored request if it still reads as it did, and keeps the index of open requests in the same step. An empty expectation means that
 * there must be none yet. Returns 1 when it wrote.
 */
const compareAndSet = `
local stored = redis.call('GET', KEYS[1])
if (stored or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
if ARGV[4] == 'open' then redis.call('SADD', KEYS[2], ARGV[3]) else redis.call('SREM', KEYS[2], ARGV[3]) end
return 1
`

export function redisLedger(redis: Connection): Ledger {
  const replace = async (expected: string, next: Request): Promise<boolean> => {
    const written = await redis.eval(
      compareAndSet,
      2,
      keyOf(next.id),
      openKey,
      expected,
      JSON.stringify(next),
      next.id,
      isOpen(next) ? 'open' : 'closed',
    )
    return written === 1
  }
  return {
    async nextId() {
      return `PL-${await redis.incr(numberKey)}`
    },
    async create(request) {
      return (await replace('', request)) ? 'created' : 'exists'
    },
    async get(id) {
      const text = await redis.get(keyOf(id))
      return text === null ? undefined : parse(text)
    },
    async record(id: string, event: RequestEvent) {
      for (;;) {
        const text = await redis.get(keyOf(id))
        if (text === null) throw new Error(`There is no request ${id}.`)
        const before = parse(text)
        const after = transition(before, event)
        if (after === before) return { request: before, changed: false }
        if (await replace(text, after)) return { request: after, changed: true }
      }
    },
    async open() {
      const ids = await redis.smembers(openKey)
      const texts = ids.length === 0 ? [] : await redis.mget(ids.map(keyOf))
      return texts.flatMap((text) => (text === null ? [] : [parse(text)]))
    },
  }
}

/** Only `replace` writes these keys, so what is stored has the shape. */
function parse(text: string): Request {
  return JSON.parse(text)
}
