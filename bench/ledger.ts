import { Redis } from 'ioredis'
import { startRedis } from '../sandbox/redis.ts'
import type { Ledger } from '../src/domain/ledger.ts'
import { newRequest, type RequestEvent } from '../src/domain/request.ts'
import { redisLedger } from '../src/redis/ledger.ts'
import { redisMessages } from '../src/redis/records.ts'
import { alice, bob, carol, data, digest, healthy, plan } from '../test/sample-requests.ts'
import { type Bench, median, milliseconds, type Row, ratio, timed } from './bench.ts'
import { fullest } from './fullest.ts'

const few = 100
const many = 10_000
const samples = 400
const fullOnes = 50

export const ledger: Bench = {
  name: 'ledger',
  about: `the ledger with ${many} finished requests beside one with ${few}, in turns`,
  run,
}

interface Filled {
  readonly ledger: Ledger
  readonly bytesPerRequest: number
  close(): Promise<void>
}

async function run(): Promise<readonly Row[]> {
  const [small, large] = [await filled(few), await filled(many)]
  try {
    const mine = { small: [] as number[], large: [] as number[] }
    const decisions = { small: [] as number[], large: [] as number[] }
    for (let sample = 0; sample < samples; sample += 1) {
      for (const [size, { ledger }] of [
        ['small', small],
        ['large', large],
      ] as const) {
        mine[size].push(await timed(() => ledger.newest(20, alice.key)))
        const id = await awaiting(ledger)
        const decision: RequestEvent = { type: 'approve', by: bob, digest, at: now() }
        decisions[size].push(await timed(() => ledger.record(id, decision)))
        await finish(ledger, id)
      }
    }
    return [
      { what: `"requests mine" with ${few} requests, median`, value: milliseconds(median(mine.small)) },
      ratio(`the same with ${many}`, median(mine.large) / median(mine.small), 1.2),
      { what: `a decision with ${few} requests, median`, value: milliseconds(median(decisions.small)) },
      ratio(`the same with ${many}`, median(decisions.large) / median(decisions.small), 1.2),
      memory('Redis memory of a finished request, with audit and messages', large.bytesPerRequest, 16),
      memory('the same of one as full as its limits let it be', await bytesOfFullest(), 256),
    ]
  } finally {
    await Promise.all([small.close(), large.close()])
  }
}

function memory(what: string, bytes: number, mostKiB: number): Row {
  const kibibytes = bytes / 1_024
  return { what, value: `${kibibytes.toFixed(1)} KiB`, goal: { text: `at most ${mostKiB} KiB`, met: kibibytes <= mostKiB } }
}

async function bytesOfFullest(): Promise<number> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  try {
    const before = await memoryOf(redis)
    for (let count = 0; count < fullOnes; count += 1) await fullest(redisLedger(redis), redisMessages(redis))
    return ((await memoryOf(redis)) - before) / fullOnes
  } finally {
    redis.disconnect()
    await server.close()
  }
}

async function filled(requests: number): Promise<Filled> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  const ledger = redisLedger(redis)
  const messages = redisMessages(redis)
  const before = await memoryOf(redis)
  for (let count = 0; count < requests; count += 1) {
    const id = await awaiting(ledger)
    await ledger.record(id, { type: 'approve', by: bob, digest, at: now() })
    await finish(ledger, id)
    for (const field of ['slack:C012ABC', 'slack:C034DEF', 'notice:end'])
      await messages.remember(`request-${id}`, field, 'C0123456789/1764000000.000001')
  }
  return {
    ledger,
    bytesPerRequest: ((await memoryOf(redis)) - before) / requests,
    async close() {
      redis.disconnect()
      await server.close()
    },
  }
}

/** A request with a plan, which Bob or Carol may approve. */
async function awaiting(ledger: Ledger): Promise<string> {
  const id = await ledger.nextId()
  const at = now()
  const asked = { by: alice, place: data, at, services: [{ service: 'analytics-prod' }], network: 'prod-westus3' }
  await ledger.create(newRequest(id, asked))
  await ledger.record(id, { type: 'claim', run: 'planner', at })
  const approval = {
    approvers: [bob, carol],
    groups: [],
    needed: 1,
    rejectionEnds: true,
    breakGlass: [],
    remindAt: [],
    places: [data],
    askedAt: at,
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  }
  await ledger.record(id, { type: 'plan-ready', run: 'planner', plan, digest, approval })
  return id
}

/** Applied with every step of the plan. */
async function finish(ledger: Ledger, id: string): Promise<void> {
  const run = 'applier'
  await ledger.record(id, { type: 'claim', run, at: now() })
  for (const step of plan.steps) {
    const progress = { startedAt: now(), changed: true, note: 'GUID 3f1c7a52-0b7e-4f0e-9d1c-6f2f8f6d1a11 · 10.0.0.4' }
    await ledger.record(id, { type: 'step', run, id: step.id, progress: { ...progress, state: 'running' } })
    await ledger.record(id, { type: 'step', run, id: step.id, progress: { ...progress, state: 'done', finishedAt: now() } })
  }
  await ledger.record(id, { type: 'finish', run, outcome: { verdict: healthy, address: '10.0.0.4' }, at: now() })
  for (const [shown, version] of Object.entries(await ledger.unshown())) await ledger.shown(shown, version)
}

async function memoryOf(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}

function now(): string {
  return new Date().toISOString()
}
