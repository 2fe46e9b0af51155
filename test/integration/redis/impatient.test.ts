import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../../sandbox/free-port.ts'
import { type Connection, connect, isUnanswered } from '../../../src/redis/connection.ts'
import { type House, openHouse } from '../../redis-house.ts'

/** No sentinel, or no node of a cluster, answers: whoever waits is told so, and what was told to have failed is not done later. */

const key = '{privatelink}:requests:number'

let house: House
let redis: Connection
afterEach(async () => {
  redis?.disconnect()
  await house?.close()
})

/** Ports: of whom the address names, and of the server that has the keys. */
interface Topology {
  readonly named: number
  readonly server: number
  address(url: string): { readonly url: string; readonly sentinelName?: string }
  start(): Promise<void>
}

const topologies: Readonly<Record<string, () => Promise<Topology>>> = {
  async 'a sentinel'() {
    const [named, server] = [await freePort(), await freePort()]
    house.start(server, {})
    await house.untilUp(server)
    return {
      named,
      server,
      address: (url) => ({ url, sentinelName: 'main' }),
      start: async () => void house.start(named, { [`sentinel monitor main 127.0.0.1 ${server}`]: 1 }, '--sentinel'),
    }
  },
  async 'a cluster'() {
    const port = await freePort()
    return {
      named: port,
      server: port,
      address: (url) => ({ url: `${url},${url}` }),
      async start() {
        house.start(port, {
          'cluster-enabled': 'yes',
          'cluster-port': await freePort(),
          'cluster-announce-ip': '127.0.0.1',
        })
        await house.untilUp(port)
        await house.ask(port, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
      },
    }
  },
}

test.each(Object.keys(topologies))('%s: a command fails within two seconds, and is not sent later', async (name) => {
  house = await openHouse()
  const topology = await topologies[name]?.()
  if (topology === undefined) throw new Error(`There is no ${name}.`)
  redis = connect(topology.address(house.urlOf([topology.named])), { patient: false })
  redis.on('error', () => undefined)
  const asked = performance.now()
  const failure = await redis.incr(key).catch((error: unknown) => error)
  expect(isUnanswered(failure)).toBe(true)
  expect(performance.now() - asked).toBeLessThan(2_500)
  await topology.start()
  await expect.poll(async () => await redis.ping().catch(() => 'none'), { timeout: 10_000 }).toBe('PONG')
  await sleep(200)
  expect(await house.ask(topology.server, 'GET', key)).toBeNull()
  expect(await redis.incr(key)).toBe(1)
})
