import { expect, test } from 'vitest'
import { redisInventory } from '../../../src/redis/records.ts'
import { redisSurvey } from '../../../src/redis/survey.ts'
import { ownRedis } from '../../own-redis.ts'
import { service } from '../../unit/literals.ts'

/** What is learned beside the background stays, whoever writes at the same time. */

const own = ownRedis()

const other = { ...service, id: 'other', organizationId: 'o2' }
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`

test('an allow list that a change has seen outlives a list that was begun before, and no later one', async () => {
  const store = redisInventory(own.redis)
  const read = (readAt: string) => ({
    readAt,
    services: [service, other],
    allowLists: { [service.id]: ['read'], other: ['read'] },
  })
  await Promise.all([
    store.learn(new Map([[service.id, ['changed']]]), at(10)),
    store.learn(new Map([['other', ['changed']]]), at(10)),
    store.write(read(at(5))),
  ])
  expect((await store.read())?.allowLists).toEqual({ [service.id]: ['changed'], other: ['changed'] })
  await store.write({ ...read(at(11)), unread: ['globex'], keptFrom: { o2: at(5) } })
  expect((await store.read())?.allowLists).toEqual({ [service.id]: ['read'], other: ['changed'] })
})

test('private names that two learn are both known, before the first survey and beside an older one', async () => {
  const store = redisSurvey(own.redis)
  const name = (host: string, second: number) => ({ alias: 'a', host, readAt: at(second) })
  await Promise.all([store.learn({ s1: name('one', 1) }), store.learn({ s2: name('two', 2) })])
  expect(Object.keys(await store.names())).toEqual(['s1', 's2'])
  expect(await store.read()).toBeUndefined()
  const never = { readAt: new Date(0).toISOString() }
  await store.write({ readAt: at(0), networks: [], rows: [], unread: [], names: { s1: never, s2: name('newer', 3), s3: never } })
  const names = { s1: name('one', 1), s2: name('newer', 3), s3: never }
  expect((await store.readWithNames())?.names).toEqual(names)
  expect(await store.names()).toEqual(names)
})
