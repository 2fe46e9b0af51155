import type { StoredLink } from '../domain/audit.ts'
import { auditIndexKey, auditKeys, type Cut } from './audit.ts'
import type { Connection } from './connection.ts'

/** How many entries one script cuts: Redis answers nobody else meanwhile. */
const batchSize = 500

/** Cuts the oldest `count` entries, if nothing else was cut since. Notes the newest of them, and takes them out of the requests' indexes. */
const cutOldest = `
local log, former, archived = KEYS[1], KEYS[2], KEYS[3]
local expected, after, count, fromLog = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if (redis.call('GET', archived) or '') ~= expected then return 0 end
if count > fromLog then redis.call('XTRIM', former, 'MAXLEN', redis.call('XLEN', former) - count + fromLog) end
if fromLog > 0 then redis.call('LTRIM', log, fromLog, -1) end
redis.call('SET', archived, after)
for index = 4, #KEYS do redis.call('LPOP', KEYS[index], ARGV[index + 1]) end
return 1
`

/** Cuts these entries, which are the oldest in the store, in batches. After each batch the rest verifies. Throws when somebody else cuts at the same time. */
export async function cutArchived(redis: Connection, cut: Cut, links: AsyncIterable<StoredLink>): Promise<void> {
  let before = cut
  let batch: StoredLink[] = []
  for await (const link of links) {
    batch.push(link)
    if (batch.length < batchSize) continue
    before = await cutBatch(redis, before, batch)
    batch = []
  }
  if (batch.length > 0) await cutBatch(redis, before, batch)
}

async function cutBatch(redis: Connection, before: Cut, batch: readonly StoredLink[]): Promise<Cut> {
  const fromLog = batch.filter(({ id }) => !id.includes('-')).length
  const after = { hash: batch.at(-1)?.hash ?? before.hash, count: before.count + batch.length, ofLog: before.ofLog + fromLog }
  const indexed = [...Map.groupBy(batch, ({ entry }) => entry.request)].filter(([request]) => request !== '')
  const keys = [auditKeys.log, auditKeys.former, auditKeys.archived, ...indexed.map(([request]) => auditIndexKey(request))]
  const lengths = indexed.map(([, links]) => links.length)
  const values = [before.count === 0 ? '' : textOf(before), textOf(after), batch.length, fromLog, ...lengths]
  if ((await redis.eval(cutOldest, keys.length, ...keys, ...values)) === 1) return after
  throw new Error('Somebody else archives at the same time, so nothing more was cut')
}

function textOf({ hash, count, ofLog }: Cut): string {
  return `${hash} ${count} ${ofLog}`
}
