import { expect, test } from 'vitest'
import { ownPosts } from '../../../../src/bot/outbox/own-posts.ts'
import { samples } from '../../../sample-requests.ts'

/** What this process told about requests, compared with what a Redis has that took over. */

const stored = new Map<string, string>()
const messages = {
  of: async () => Object.fromEntries(stored),
  remember: async (_record: string, place: string, message: string) => void stored.set(place, message),
}
const { planning, done } = samples
let now = Date.parse(done.endedAt ?? '')
const clock = { keptMs: 86_400_000, now: () => now }
const { by, place } = planning.asked

test('what chat shows in another version is shown anew, and of a lost request its asker is told', async () => {
  const posts = ownPosts(messages, clock)
  posts.showed(planning)
  expect(await posts.restore({ get: async () => planning })).toEqual([])
  expect(await posts.restore({ get: async () => done })).toEqual([{ kind: 'request', id: planning.id }])
  expect(await posts.restore({ get: async () => undefined })).toEqual([{ kind: 'lost', id: planning.id, by, place }])
})

test('it is remembered that a decision is lost', async () => {
  const { rejected, 'awaiting-approval': awaiting } = samples
  const posts = ownPosts(messages, clock)
  posts.showed(rejected)
  stored.clear()
  await posts.restore({ get: async () => awaiting })
  expect([...stored.keys()]).toEqual(['lost-decision'])
})

test('messages that Redis has lost are stored again', async () => {
  const posts = ownPosts(messages, clock)
  posts.showed(planning)
  await posts.remember(`request-${planning.id}`, 'slack:C1', 'slack:C1:1')
  stored.clear()
  await posts.restore({ get: async () => undefined })
  expect(stored).toEqual(new Map([['slack:C1', 'slack:C1:1']]))
})

test('a request that was removed after its time is not called lost', async () => {
  const posts = ownPosts(messages, clock)
  posts.showed(done)
  const absent = { get: async () => undefined }
  now += clock.keptMs
  expect(await posts.restore(absent)).toHaveLength(1)
  now += 1
  expect(await posts.restore(absent)).toEqual([])
})

test('a message is known although Redis refuses to remember it', async () => {
  const refusing = { ...messages, remember: async () => Promise.reject(new Error('READONLY')) }
  const posts = ownPosts(refusing, clock)
  stored.clear()
  await expect(posts.remember('request-PL-7', 'slack:C1', 'slack:C1:1')).rejects.toThrow('READONLY')
  expect(await posts.of('request-PL-7')).toEqual({ 'slack:C1': 'slack:C1:1' })
})
