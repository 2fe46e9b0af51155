import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { teams as tenant } from '../../../../sandbox/estate.ts'
import type { Group } from '../../../../src/domain/person.ts'
import { startTeamsWorld, type TeamsWorld, type TeamsWorldOptions } from './harness.ts'

/** How the bot proves who it is, and how it finds out who others are. */

let at: TeamsWorld | undefined
const open = async (options: TeamsWorldOptions): Promise<TeamsWorld> => {
  at = await startTeamsWorld(options)
  return at
}
afterEach(async () => {
  await at?.close()
  at = undefined
})

describe('the bot', () => {
  const variables = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const
  beforeEach(() => {
    for (const variable of variables) delete process.env[variable]
  })
  afterEach(() => {
    for (const variable of variables) delete process.env[variable]
  })

  test('as a user-assigned managed identity, without a secret', async () => {
    const { told, people, teams } = await open({
      environment: ({ identityEnvironment }) => {
        for (const variable of variables) process.env[variable] = identityEnvironment[variable]
        return identityEnvironment
      },
    })
    await people.command('alice', 'data', 'help')
    await told('alice', 'setup [SERVICE…]')
    expect(teams.tokensGiven()).toBe(1)
  })

  test('with authentication off on loopback: a command, an approval by another person, a proactive result', async () => {
    const world = await open({ unauthenticated: true })
    const { people, planned, told, ledger } = world
    const id = await world.asked()
    const card = await planned(id)
    await people.click('bob', card, 'Approve')
    await told('bob', 'You approved')
    expect((await ledger.get(id))?.state).toBe('applying')
    await world.card('data', `request ${id} · applying`)
  })
})

describe('members of an Entra group', () => {
  const [groupId = ''] = Object.keys(tenant.groups)
  const group: Group = { surface: 'teams', id: groupId }
  const options: TeamsWorldOptions = {
    people: [{ name: 'Alice Adams', teams: tenant.users.alice }],
    approvers: [`teams-group:${groupId}`],
  }
  const inGroup = { approvers: [], groups: [group] }

  test('may approve, also those whom the configuration does not name; others may not', async () => {
    const { asked, planned, people, told, ledger } = await open(options)
    const id = await asked()
    const card = await planned(id, inGroup)
    await people.click('mallory', card, 'Approve')
    await told('mallory', 'not among the approvers')
    expect((await ledger.get(id))?.state).toBe('awaiting-approval')
    await people.click('carol', card, 'Approve')
    await told('carol', 'You approved')
  })

  test('are asked about at the click: whoever has left it since decides nothing', async () => {
    const groups: Record<string, string[]> = { [groupId]: [tenant.users.carol] }
    const { asked, planned, people, told, ledger } = await open({ ...options, tenant: { groups } })
    const id = await asked()
    const card = await planned(id, inGroup)
    await people.refresh('carol', card)
    groups[groupId] = []
    await people.click('carol', card, 'Approve')
    await told('carol', 'not among the approvers')
    expect((await ledger.get(id))?.state).toBe('awaiting-approval')
  })

  test('where Graph does not say, nobody is let in by a group', async () => {
    const { asked, planned, people, told, ledger } = await open({
      ...options,
      environment: () => ({ TEAMS_GRAPH_URL: 'https://127.0.0.1:9/v1.0' }),
    })
    const id = await asked()
    const card = await planned(id, inGroup)
    await people.click('carol', card, 'Approve')
    await told('carol', 'I could not check the group')
    expect((await ledger.get(id))?.state).toBe('awaiting-approval')
  })
})

test('a guest only reads, also where the configuration names nobody by email', async () => {
  const { people, told, ledger } = await open({})
  await people.command('grace', 'data', 'setup analytics-prod in prod-westus3')
  await told('grace', 'Guests can read here')
  expect(await ledger.open()).toEqual([])
  await people.command('grace', 'data', 'requests all')
  await told('grace', 'equests')
})
