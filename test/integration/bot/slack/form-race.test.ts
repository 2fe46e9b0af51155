import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../../sandbox/redis.ts'
import { type Connection, connect } from '../../../../src/redis/connection.ts'
import { recordedHandlers, sampleForm } from '../../../contract/chat-handlers.ts'
import { openSlackChat } from '../../../contract/slack-chat.ts'

/** Choices in a form that follow each other faster than Slack shows what follows from the first: each names the version of the form that it was made in. */

let server: RedisServer
let redis: Connection
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: false })
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

test.each([
  ['first', 'the first answer comes first'],
  ['last', 'the last answer comes first'],
])('the last choice wins, when %s (%s)', async (order) => {
  const recorded = recordedHandlers()
  const chat = await openSlackChat(redis, recorded.handlers)
  try {
    recorded.answers.command = async () => ({ kind: 'form', form: sampleForm() })
    const both = Promise.withResolvers<void>()
    const shown = Promise.withResolvers<void>()
    const asked: string[] = []
    recorded.answers.refill = async ({ values }) => {
      const { network = '' } = values
      if (asked.push(network) === 2) both.resolve()
      await both.promise
      const isFirst = network === asked[0]
      if (isFirst === (order === 'last')) await shown.promise
      return sampleForm(values)
    }
    const form = await chat.openForm(chat.person, 'setup')
    const first = form.choose('Network', 'Network prod-westus3')
    while (asked.length === 0) await new Promise((done) => setTimeout(done, 5))
    const last = form.choose('Network', 'Network staging-eastus2')
    await both.promise
    setTimeout(() => shown.resolve(), 200)
    await Promise.all([first, last])
    await expect.poll(() => form.choices('Service')).toEqual(['Service analytics-staging'])
    await new Promise((done) => setTimeout(done, 300))
    expect(form.choices('Service')).toEqual(['Service analytics-staging'])
  } finally {
    await chat.close()
  }
})
