import { afterEach, expect, test } from 'vitest'
import { teams as tenant } from '../../../../sandbox/estate.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** A policy may say who may ask. Both chats hold to it, and so does a button that asks. */

let at: TeamsWorld | undefined
afterEach(async () => {
  await at?.close()
  at = undefined
})

const open = async ({ ledger }: TeamsWorld) => (await ledger.open()).map(({ asked }) => asked.by.name)
const words = 'setup analytics-prod in prod-westus3'

test('by name', async () => {
  at = await startTeamsWorld({ both: true, policy: { requesters: ['Bob Builder'] } })
  await at.people.command('alice', 'data', words)
  await at.told('alice', 'may be asked for by Bob Builder only. Nothing was asked for.')
  expect((await at.slackPeople.command('alice', words, { channel: 'data' })).body).toContain(
    'may be asked for by Bob Builder only',
  )
  expect(await open(at)).toEqual([])
  await at.people.command('bob', 'data', words)
  await at.told('bob', 'Planning PL-1')
  expect((await at.slackPeople.command('bob', words, { channel: 'data' })).body).toContain('*PL-1* asks for this already')
  expect(await open(at)).toEqual(['Bob Builder'])
})

test('by group; nobody is let in while the chat does not say who is in it', async () => {
  const [groupId = ''] = Object.keys(tenant.groups)
  const policy = { requesters: [`teams-group:${groupId}`] }
  at = await startTeamsWorld({ policy })
  await at.people.command('alice', 'data', words)
  await at.told('alice', 'Nothing was asked for.')
  await at.people.command('carol', 'data', words)
  await at.told('carol', 'Planning PL-1')
  await at.close()
  at = await startTeamsWorld({ policy, environment: () => ({ TEAMS_GRAPH_URL: 'https://127.0.0.1:9/v1.0' }) })
  await at.people.command('carol', 'data', words)
  await at.told('carol', 'I could not check the group just now')
  expect(await open(at)).toEqual([])
})
