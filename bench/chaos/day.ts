import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { openAilments } from './ailments.ts'
import { approvalPlacesOf, vnetId } from './estate.ts'
import { type House, openHouse } from './house.ts'
import { endStates, type Observed, type StoredRequest, type Trouble } from './observed.ts'
import { openPeople } from './people.ts'
import { networkName, type Plan, type PlannedTrouble } from './plan.ts'
import { readRequests, readStored } from './stored.ts'
import { postsOf, watchWorld } from './witness.ts'

/** How long everything may take to come to rest when the trouble is over, in milliseconds. */
const calmMs = 300_000

/** What was done to whom, for the report. */
export interface Day {
  readonly observed: Observed
  readonly kills: number
  readonly redisTroubles: number
  readonly fatalLines: readonly string[]
}

/** Runs the plan and says what there was to be seen. Bounded: `plan.seconds`, and at most five minutes of calm. */
export async function runDay(plan: Plan): Promise<Day> {
  const house = await openHouse(plan)
  const over = new AbortController()
  const ledger = followLedger(house, over.signal)
  try {
    const { world, slack, teams } = house
    const witness = watchWorld(world, plan.networks)
    const ailments = openAilments({ world, teams, seed: plan.seed }, (chat) =>
      chat === 'slack' ? `slack ${slack.messages.at(-1)?.ts}` : `teams ${teams.store.messages.at(-1)?.id}`,
    )
    const people = openPeople(house, plan.seed, ledger.find)
    const troubles: Trouble[] = []
    const startedAt = performance.now()
    const due = async (atMs: number): Promise<void> => await sleep(Math.max(0, startedAt + atMs - performance.now()))
    let lastRedis: Promise<void> = Promise.resolve()
    const make = async (trouble: PlannedTrouble): Promise<void> => {
      await due(trouble.atMs)
      if (trouble.kind === 'ailment') {
        ailments.begin(trouble.ailment, trouble.share)
        await sleep(trouble.forMs)
        return ailments.end(trouble.ailment)
      }
      const from = Date.now()
      if (trouble.kind === 'lock') {
        const [scope = ''] = vnetId(trouble.network).split('/providers/')
        const lock = { scope, level: trouble.level }
        world.locks.push(lock)
        await sleep(trouble.forMs)
        world.locks.splice(world.locks.indexOf(lock), 1)
      } else if (trouble.kind === 'kill') await house.kill(trouble.slot, trouble.downMs)
      else {
        // One after another: two servers away at once are more than Redis promises to survive.
        lastRedis = lastRedis.then(async () => await redisTrouble(house, trouble.kind)).catch((error) => ledger.note(error))
        await lastRedis
      }
      troubles.push({ from, to: Date.now(), what: trouble.kind === 'kill' ? `kill ${trouble.slot}` : trouble.kind })
    }
    let isOver = false
    const asking = plan.asks.map(async (ask) => {
      await due(ask.atMs)
      await people.follow(ask, () => isOver)
    })
    await Promise.all(plan.troubles.map(make))
    await due(plan.seconds * 1_000)
    await Promise.race([Promise.all(asking), sleep(calmMs, undefined, { ref: false })])
    await ledger.untilQuiet(calmMs)
    isOver = true
    await Promise.all(asking)
    const stored = await ledger.read((redis) =>
      readStored(
        redis,
        Array.from({ length: plan.networks }, (_, at) => networkName(at)),
      ),
    )
    const observed: Observed = {
      seed: plan.seed,
      asks: plan.asks,
      clicks: people.clicks,
      ...stored,
      standings: witness.standings,
      endpoints: witness.endpoints(),
      posts: postsOf(slack, teams),
      unanswered: [...ailments.unanswered],
      troubles,
      leftovers: witness.leftovers(),
      approvalPlaces: approvalPlaces(plan.networks),
      auditVerified: await verifyAudit(await house.redis.master()),
    }
    return {
      observed,
      kills: troubles.filter(({ what }) => what.startsWith('kill')).length,
      redisTroubles: troubles.filter(({ what }) => what.startsWith('redis')).length,
      fatalLines: [...ledger.notes, ...house.fatalLines()],
    }
  } finally {
    over.abort()
    await house.close()
  }
}

async function redisTrouble({ redis }: House, kind: string): Promise<void> {
  if (kind === 'redis-restarts') await redis.restart()
  else if (kind === 'redis-dies') await redis.die()
  else await redis.handOver()
}

function approvalPlaces(networks: number): Readonly<Record<string, readonly string[]>> {
  const of = (network: number) => Object.entries(approvalPlacesOf(network)).map((entry) => entry.join(' '))
  return Object.fromEntries(Array.from({ length: networks }, (_, at) => [networkName(at), of(at)]))
}

/** Reads the requests again and again, whichever server takes writes. */
function followLedger({ redis: servers }: House, signal: AbortSignal) {
  let requests = new Map<string, StoredRequest>()
  let ended: readonly StoredRequest[] = []
  const notes: string[] = []
  const read = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    for (;;) {
      const url = await servers.master().catch(() => undefined)
      const redis = url === undefined ? undefined : new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
      redis?.on('error', () => undefined)
      try {
        if (redis !== undefined) return await work(redis)
      } catch (error) {
        if (signal.aborted) throw error
      } finally {
        redis?.disconnect()
      }
      await sleep(200)
    }
  }
  const look = async (): Promise<void> => {
    for (let looks = 0; !signal.aborted; looks++) {
      // A failover may take back an end: all are read now and then.
      const known = looks % 50 === 0 ? [] : ended
      const found = await read((redis) => readRequests(redis, known)).catch(() => undefined)
      if (found === undefined) return
      ended = found.filter(({ state }) => endStates.includes(state))
      requests = new Map(found.map((request) => [request.asked.reason ?? request.id, request]))
      await sleep(200)
    }
  }
  void look()
  return {
    notes,
    read,
    note: (error: unknown) => void notes.push(String(error)),
    find: (tag: string) => requests.get(tag),
    /** Until no job and no message is left to be done, twice in a row. */
    async untilQuiet(withinMs: number): Promise<void> {
      let quiet = 0
      for (const until = performance.now() + withinMs; performance.now() < until && quiet < 2; await sleep(1_000)) {
        const { jobsLeft, unshown } = await read((redis) => readStored(redis, []))
        quiet = Object.keys(jobsLeft).length === 0 && unshown.length === 0 ? quiet + 1 : 0
      }
    },
  }
}

/** As an operator would: `npm run audit -- verify`. */
async function verifyAudit(redisUrl: string): Promise<{ status: number; text: string }> {
  const child = spawn(process.execPath, ['src/audit/main.ts', 'verify'], {
    env: { PATH: process.env.PATH ?? '', REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  return { status, text: Buffer.concat(chunks).toString().trim() }
}
