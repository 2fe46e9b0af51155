import { Redis } from 'ioredis'
import { isObject, type JsonObject, parseJson } from '../slack/json.ts'

/** What the processes have written down, as anybody with a Redis client sees it. Nothing is written. */
export interface LedgerReader {
  /** `undefined` while Redis does not answer. */
  read(): Promise<Ledger | undefined>
  close(): void
}

export interface Ledger {
  /** The newest requests, newest first. */
  readonly requests: readonly JsonObject[]
  /** The newest diagnoses, newest first. */
  readonly diagnoses: readonly JsonObject[]
  /** The newest entries, newest first. */
  readonly audit: readonly JsonObject[]
}

const prefix = '{privatelink}'
const [mostRequests, mostDiagnoses, mostEntries] = [5, 5, 60]

export function createLedgerReader(url: string): LedgerReader {
  const redis = new Redis(url, { commandTimeout: 500, maxRetriesPerRequest: 0, retryStrategy: () => 250 })
  redis.on('error', () => undefined)
  const objectsAt = async (keys: readonly string[]): Promise<readonly JsonObject[]> => {
    const texts = keys.length === 0 ? [] : await redis.mget([...keys])
    return texts.map((text) => parseJson(text ?? '')).filter(isObject)
  }
  return {
    async read() {
      try {
        const ids = await redis.zrevrange(`${prefix}:requests:all`, 0, mostRequests - 1)
        const last = Number((await redis.get(`${prefix}:diagnoses:number`)) ?? 0)
        const numbers = Array.from({ length: Math.min(last, mostDiagnoses) }, (_, index) => last - index)
        // `HASH ENTRY`, the oldest first.
        const links = await redis.lrange(`${prefix}:audit:log`, -mostEntries, -1)
        return {
          requests: await objectsAt(ids.map((id) => `${prefix}:request:${id}`)),
          diagnoses: await objectsAt(numbers.map((number) => `${prefix}:diagnosis:DG-${number}`)),
          audit: links
            .toReversed()
            .map((link) => parseJson(link.slice(link.indexOf(' ') + 1)))
            .filter(isObject),
        }
      } catch {
        return undefined
      }
    },
    close: () => redis.disconnect(),
  }
}
