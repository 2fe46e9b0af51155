import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { type Failing, startSentinels } from '../../redis-servers.ts'

/** A sentinel's word of a new master may come while a connection that has lost the old one asks where to go. */

const slowMs = 250
const connections = 8

let redis: Failing
const open: (() => void)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) close()
  await redis.close()
})

/** A port behind which each answer of the other port comes late, so that a connection is asking most of the time. */
async function slow(port: number): Promise<number> {
  const server = createServer((socket) => {
    const peer = dial(port, '127.0.0.1')
    for (const each of [socket, peer]) each.on('error', () => each.destroy())
    socket.on('data', (chunk) => peer.write(chunk))
    peer.on('data', (chunk) => void sleep(slowMs).then(() => socket.write(chunk)))
    socket.on('close', () => peer.destroy())
    peer.on('close', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => server.close())
  return (server.address() as AddressInfo).port
}

test('a connection that hears of the new master while it asks for it is not given up', async () => {
  redis = await startSentinels()
  const { REDIS_URL = '', REDIS_SENTINEL_NAME = '' } = redis.environment('jobs')
  const urls: string[] = []
  for (const each of REDIS_URL.split(',')) {
    const url = new URL(each)
    url.port = String(await slow(Number(url.port)))
    urls.push(url.href)
  }
  const all = Array.from({ length: connections }, (): Connection => {
    const made = connect({ url: urls.join(','), sentinelName: REDIS_SENTINEL_NAME }, { patient: true })
    made.on('error', () => undefined)
    open.push(() => made.disconnect())
    return made
  })
  for (const each of all) await each.ping()
  // Each connection also has to listen to the sentinels by now.
  await sleep(3 * slowMs)
  await redis.kill()
  await sleep(6 * slowMs)
  expect(all.map(({ status }) => status).filter((status) => status === 'end')).toEqual([])
  expect(await Promise.all(all.map((each) => each.ping()))).toEqual(all.map(() => 'PONG'))
})
