import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import type { ChainHead } from '../../../src/domain/audit.ts'
import type { Ledger } from '../../../src/domain/ledger.ts'
import { newRequest } from '../../../src/domain/request.ts'
import { asksForTheSame } from '../../../src/domain/same-request.ts'
import { auditKeys } from '../../../src/redis/audit.ts'
import { redisAuditWriter } from '../../../src/redis/audit-append.ts'
import { type Connection, connect, isUnanswered } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { openApproval } from '../../open-approval.ts'
import { alice, bob, plan } from '../../unit/literals.ts'

/** Redis carries a write out, and its answer is late, or is lost with the connection. */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const

let fate: 'late' | 'lost' | 'withheld' | undefined
let server: RedisServer
let redis: Connection
let ledger: Ledger
const noted: ChainHead[] = []
const sockets = new Set<Socket>()
/** The answer to the next write of a request is met by `fate`. */
const proxy = createServer((client) => {
  const upstream = dial(Number(new URL(server.url).port), '127.0.0.1')
  let meeting: typeof fate
  client.on('data', (bytes) => {
    if (fate !== undefined && bytes.includes('appendLink')) {
      meeting = fate
      fate = undefined
    }
    upstream.write(bytes)
  })
  upstream.on('data', async (bytes) => {
    const met = meeting
    meeting = undefined
    if (met === 'lost') return client.destroy()
    if (met === 'withheld') return upstream.pause()
    if (met === 'late') {
      upstream.pause()
      await setTimeout(2_300)
      upstream.resume()
    }
    client.write(bytes)
  })
  for (const socket of [client, upstream]) {
    sockets.add(socket)
    socket.on('error', () => undefined)
  }
})
beforeAll(async () => {
  server = await startRedis()
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  redis = connect(`redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`, { patient: false })
  redis.on('error', () => undefined)
  ledger = redisLedger(redis, { appended: (head) => noted.push(head) })
})
afterAll(async () => {
  redis.disconnect()
  for (const socket of sockets) socket.destroy()
  proxy.close()
  await server.close()
})

test.each(['late', 'lost'] as const)('a request whose answer is %s is stored once, and so is an approval', async (how) => {
  const id = await ledger.nextId()
  const request = newRequest(id, { by: alice, place, at, services: [{ service: how }], network: 'prod-westus3' })
  fate = how
  expect(await ledger.create(request, (open) => asksForTheSame(open, request))).toEqual(request)
  expect(fate).toBeUndefined()
  expect(await ledger.newest(10)).toContainEqual(request)

  await ledger.record(id, { type: 'claim', run: 'r1', at })
  const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2026-01-02T12:00:00.000Z' })
  await ledger.record(id, { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
  fate = how
  const { request: after, changed } = await ledger.record(id, { type: 'approve', by: bob, digest: 'd1', at })
  expect({ state: after.state, changed }).toEqual({ state: 'applying', changed: true })
  expect(noted.map(({ count }) => count)).toEqual(Array.from(noted, (_, index) => index + 1))
  expect(noted.length % 4).toBe(0)
})

test.each(['late', 'lost'] as const)(
  'an entry that changes no request, and whose answer is %s, is in the audit once',
  async (how) => {
    const writer = redisAuditWriter(redis, (head) => noted.push(head))
    const before = await redis.llen(auditKeys.log)
    // The first one learns the newest hash.
    await writer.append({ at, request: '', event: 'diagnose', state: '', what: 'first' })
    fate = how
    await writer.append({ at, request: '', event: 'diagnose', state: '', what: how })
    expect(fate).toBeUndefined()
    expect(await redis.llen(auditKeys.log)).toBe(before + 2)
    expect(noted.at(-1)?.count).toBe(before + 2)
  },
)

test('where no answer comes at all, the error says that nobody knows', async () => {
  const id = await ledger.nextId()
  fate = 'withheld'
  const asked = { by: alice, place, at, services: [{ service: 'withheld' }], network: 'prod-westus3' }
  const error = await ledger.create(newRequest(id, asked)).catch((reason: unknown) => reason)
  expect(isUnanswered(error)).toBe(true)
  redis.disconnect()
  expect(isUnanswered(await ledger.nextId().catch((reason: unknown) => reason))).toBe(true)
  expect(isUnanswered(new Error('READONLY'))).toBe(false)
})
