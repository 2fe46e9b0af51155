import type { Bench, Row } from './bench.ts'
import { bindsAt, type Limit } from './queueing.ts'

/**
 * What one request takes of each limit, as `npm run bench -- setup` counts it, and what the vendors allow. In real life Azure takes a minute or two for an
 * endpoint; a request holds its turn, and a worker's place, for as long.
 */
const clickHouseCalls = 7
const setupSeconds = 100
const azureWrites = 4
const zoneReads = 34
/** Of the messages in all channels; in the approvers' conversation; posts there. */
const updates = 12
const sends = 8
const posts = 2

const limits: readonly { readonly what: string; readonly limit: Limit; readonly goal?: number }[] = [
  { what: 'setups in one zone, which take turns', limit: { kind: 'servers', servers: 1, holds: setupSeconds } },
  {
    what: 'Private DNS: 500 reads in 5 minutes a subscription, setups',
    limit: { kind: 'rate', units: zoneReads, burst: 500, every: 300 / 500 },
  },
  {
    what: 'ClickHouse Cloud: the 8 calls of requests in 10 s a key',
    limit: { kind: 'rate', units: clickHouseCalls, burst: 8, every: 10.25 / 8 },
    goal: 1_000,
  },
  {
    what: 'Slack: 50 updates of messages a minute',
    limit: { kind: 'rate', units: updates, burst: 50, every: 60 / 50 },
    goal: 1_000,
  },
  { what: 'one jobs process, 20 requests at a time', limit: { kind: 'servers', servers: 20, holds: setupSeconds }, goal: 1_000 },
  {
    what: 'Teams: 1,800 sends an hour a conversation',
    limit: { kind: 'rate', units: sends, burst: 60, every: 2 },
    goal: 1_000,
  },
  {
    what: 'Slack: a post a second in the approvals channel',
    limit: { kind: 'rate', units: posts, burst: 1, every: 1 },
    goal: 1_000,
  },
  {
    what: 'Azure: 10 writes a second a subscription',
    limit: { kind: 'rate', units: azureWrites, burst: 200, every: 0.1 },
    goal: 1_000,
  },
]

export const limitsBench: Bench = {
  name: 'limits',
  about:
    'by simulation: at how many requests a day one in twenty waits for longer than a minute, a tenth of them in each working hour',
  async run(): Promise<readonly Row[]> {
    return limits.map(({ what, limit, goal }) => {
      const at = bindsAt(limit)
      const value = `${at.toLocaleString('en')} a day`
      return goal === undefined ? { what, value } : { what, value, goal: { text: `at least ${goal} a day`, met: at >= goal } }
    })
  },
}
