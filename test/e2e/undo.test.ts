import { expect, test } from 'vitest'
import { openChat } from './chat.ts'
import { addZone, made, nothing, whole } from './house.ts'

/** The button after a failed setup: a request of its own, which takes back what the failed one made, and nothing else. */

test('undo needs its own approval, and leaves alone what was there before', async () => {
  const chat = await openChat({ without: ['diagnostics'] })
  const { sandbox, people, card, text } = chat
  const hub = addZone(sandbox)
  const service = sandbox.world.services.find(({ name }) => name === 'analytics-prod')
  service?.privateEndpointIds.push('somebody-else')
  await people.command('alice', 'setup analytics-prod in prod-westus3')
  const plan = await card('approvals', 'awaiting-approval')
  // Once it is listed, its connection is rejected.
  sandbox.world.gate = async ({ method, path }, phase) => {
    const [endpoint] = sandbox.world.endpoints.values()
    if (endpoint !== undefined && method === 'PATCH' && /services/.test(path) && phase === 'answered')
      endpoint.connection = 'Rejected'
    return undefined
  }
  await people.click('bob', plan, 'Approve')
  const failed = await card('approvals', '· failed')
  expect(made(sandbox)).toEqual({ ...whole, allowListEntries: 2 })

  await people.click('bob', failed, 'Undo')
  const asked = await card('approvals', 'Undo PL-1', 'awaiting-approval')
  expect(text(asked)).toMatch(/- delete\s+private endpoint/)
  expect(text(asked)).toMatch(/= as it is private DNS zone .*kept/)
  expect(made(sandbox)).toMatchObject({ endpoints: 1 })

  // A second click starts nothing, and whoever asked for the undo cannot approve it.
  await people.click('carol', failed, 'Undo')
  await chat.whisper('carol', 'PL-2 undoes PL-1 already')
  await people.click('bob', asked, 'Approve')
  await chat.whisper('bob', 'someone else has to approve')

  await people.click('carol', asked, 'Approve')
  await card('approvals', 'Undo PL-1', '· done')
  expect(made(sandbox)).toEqual({ ...nothing, zones: 1, allowListEntries: 1 })
  expect(service?.privateEndpointIds).toEqual(['somebody-else'])
  expect(hub.tags).toEqual({ owner: 'hub' })
  await chat.close()
})
