import { expect, test } from 'vitest'
import { openChat } from './chat.ts'
import { addZone, made, nothing } from './house.ts'

/** The button after a failed setup: a request of its own, which takes back what the failed one made, and nothing else. */

test('undo needs its own approval, and leaves alone what was there before', async () => {
  const chat = await openChat({ without: ['diagnostics'] })
  const { sandbox, people, card, text } = chat
  const hub = addZone(sandbox)
  const [key] = sandbox.world.organizations[0]?.keys ?? []
  await people.command('alice', 'setup analytics-prod in prod-westus3')
  const plan = await card('approvals', 'awaiting-approval')
  // The pre-flight has seen that it could work; now it cannot any more.
  if (key !== undefined) key.role = 'developer'
  await people.click('bob', plan, 'Approve')
  const failed = await card('approvals', '· failed')
  expect(made(sandbox)).toMatchObject({ endpoints: 1, zones: 1, links: 1, records: 1, organizationEntries: 0 })

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
  expect(made(sandbox)).toEqual({ ...nothing, zones: 1 })
  expect(hub.tags).toEqual({ owner: 'hub' })
  await chat.close()
})
