import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../../src/redis/connection.ts'
import { type Encrypted, startEncrypted } from '../../redis-servers.ts'

/** What a broken TLS connection does: Node reports what OpenSSL says, and then the reset, on one socket. */

let server: Encrypted
beforeAll(async () => {
  server = await startEncrypted()
})
afterAll(async () => await server.close())

const textOf = (path: string) => readFileSync(path, 'utf8')

/** Leads to the server. `sockets` are the connections of clients, oldest first. */
async function startProxy() {
  const sockets: Socket[] = []
  const proxy = createServer((socket) => {
    sockets.push(socket)
    const onward = connectSocket(Number(new URL(server.url).port), 'localhost')
    socket.pipe(onward).pipe(socket)
    for (const each of [socket, onward]) each.on('error', () => onward.destroy())
  })
  proxy.listen(0, 'localhost')
  await once(proxy, 'listening')
  const url = `rediss://localhost:${(proxy.address() as AddressInfo).port}`
  return { url, sockets, close: () => proxy.close() }
}

test.each([
  ['a connection of ours', (redis: Redis) => redis],
  ['one that BullMQ makes after it', (redis: Redis) => redis.duplicate()],
])('%s whose bytes are damaged, and which is then reset, is made anew', async (_whose, of) => {
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  const proxy = await startProxy()
  const { caFile, certFile, keyFile } = server
  const settings = { url: proxy.url, ca: textOf(caFile), certificate: textOf(certFile), key: textOf(keyFile) }
  const ours = connect(settings, { patient: true })
  if (!(ours instanceof Redis)) throw new Error('One server is not a cluster.')
  const redis = of(ours)
  const errors: string[] = []
  redis.on('error', ({ message }: Error) => errors.push(message))
  try {
    await ours.ping()
    await redis.ping()
    const socket = proxy.sockets.at(-1)
    redis.once('error', () => socket?.resetAndDestroy())
    socket?.write('not a record of TLS')
    await new Promise((resolve) => redis.once('close', resolve))
    expect(await redis.ping()).toBe('PONG')
    expect(errors[0]).toContain('SSL')
    expect(uncaught).toEqual([])
  } finally {
    ours.disconnect()
    redis.disconnect()
    proxy.close()
    process.off('uncaughtException', note)
  }
})
