import { afterAll, beforeAll, expect, test } from 'vitest'
import { largeEstate } from '../../sandbox/large-estate.ts'
import { type Chat, openChat } from './chat.ts'
import { firstSurvey, quick } from './house.ts'

/** 2,000 services, 50 networks, 400 endpoints and 25,000 records, in lists that come in pages and lag. */

const networks = 50

let chat: Chat
beforeAll(async () => {
  chat = await openChat({ estate: largeEstate(), latencies: { ...quick, listLag: 2_000 } })
  await firstSurvey(chat.sandbox)
})
afterAll(async () => await chat.close())

/** The calls of Azure that `act` has caused. */
async function azureCalls(act: () => Promise<unknown>): Promise<readonly { readonly status?: number }[]> {
  const { calls } = chat.sandbox.world
  const before = calls.length
  await act()
  return calls.slice(before).filter(({ vendor }) => vendor === 'arm')
}

test('a service is searched in the form, and set up', async () => {
  const { sandbox, people } = chat
  await people.command('alice', 'setup in prod-westus3', { channel: 'data' })
  const view = await sandbox.slack.until(({ views }) => views.find(({ open }) => open))
  await people.choose('alice', view, 'Organization', 'acme')
  await sandbox.slack.until(() => JSON.stringify(view.content.blocks).includes('external_select') || undefined)
  const offered = await people.suggest('alice', view, 'Service', 'analytics-prod-004')
  expect(JSON.stringify(offered)).toContain('analytics-prod-0040 · westus3')
  const calls = await azureCalls(async () => {
    await people.submit('alice', view, { Service: 'analytics-prod-0040' })
    await chat.card('approvals', 'PL-1 · awaiting-approval', 'private DNS zone', 'rg-dns')
  })
  expect(calls.length).toBeLessThan(2 * networks)
})

test('from everywhere: a few calls for each network, and a card that is not cut', async () => {
  const calls = await azureCalls(async () => {
    await chat.ask('diagnose analytics-prod everywhere', 'DG-1', `of ${networks} networks`)
  })
  expect(calls.length).toBeLessThan(4 * networks)
  expect(calls.filter(({ status }) => status === 429)).toEqual([])
  const text = chat.text(await chat.card('data', 'DG-1'))
  expect(text).toMatch(/37 networks\s+fault · endpoint-disconnected/)
  expect(text).not.toContain('too long')
})

test.each(['status', 'status analytics-prod-0040', 'requests all', 'help', 'watch'])('%s is answered', async (said) => {
  const { people, sandbox } = chat
  const { body } = await people.command('alice', said, { channel: 'data' })
  expect(body).not.toBe('')
  expect(sandbox.slack.failures).toEqual([])
})
