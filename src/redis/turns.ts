import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** Requests whose turn it is, as they were read together. */
export interface HeldTurns {
  readonly ids: readonly string[]
  /** For `replace`: nothing else was written since. */
  readonly version: string
}

export interface Turns {
  held(): Promise<HeldTurns>
  /** Whether these ids are stored now: false when somebody has changed them since they were read. */
  replace(read: HeldTurns, ids: readonly string[]): Promise<boolean>
}

const replaceWhenSame = `
local key, expected, ids = KEYS[1], ARGV[1], ARGV[2]
if (redis.call('GET', key) or '') ~= expected then return 0 end
redis.call('SET', key, ids)
return 1
`

export function redisTurns(redis: Connection): Turns {
  const key = `${prefix}:requests:turns`
  return {
    async held() {
      const version = (await redis.get(key)) ?? ''
      return { ids: version === '' ? [] : JSON.parse(version), version }
    },
    async replace({ version }, ids) {
      return (await redis.eval(replaceWhenSame, 1, key, version, JSON.stringify(ids))) === 1
    },
  }
}
