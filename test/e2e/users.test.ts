import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { type Chat, openChat } from './chat.ts'

let chat: Chat
afterEach(async () => await chat.close())

test('each process does its whole job with its own user of Redis, and is never refused', async () => {
  chat = await openChat()
  const { people, sandbox } = chat
  await people.command('alice', 'setup analytics-prod in prod-westus3')
  await people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', 'request PL-1 · done')
  await people.command('alice', 'diagnose analytics-prod from prod-westus3')
  await chat.card('data', 'DG-1', 'healthy')
  await people.command('alice', 'watch analytics-prod from prod-westus3 every 1m')
  await people.command('alice', 'unwatch analytics-prod from prod-westus3')
  for (const command of ['status', 'requests all', 'request PL-1', 'help']) await people.command('alice', command)
  await people.command('alice', 'revoke analytics-prod from prod-westus3')
  await people.click('bob', await chat.card('approvals', 'PL-2', 'awaiting-approval'), 'Reject')
  await chat.card('approvals', 'request PL-2 · rejected')
  const redis = new Redis(sandbox.redisUrl)
  try {
    // Redis keeps what it refused.
    expect(await redis.call('ACL', 'LOG')).toEqual([])
    const users = String(await redis.call('CLIENT', 'LIST')).matchAll(/ user=(\S+)/g)
    expect([...new Set([...users].map(([, user]) => user))].sort()).toEqual([
      'bot',
      'default',
      'diagnostics-prod-westus3',
      'jobs',
    ])
  } finally {
    redis.disconnect()
  }
})
