import { describe, expect, test } from 'vitest'
import { isQuorumImpossible } from '../../../../src/bot/cards/request/approver-availability.ts'
import type { Chats } from '../../../../src/bot/chat/chats.ts'
import { type PeopleInAllChats, peopleInAllChats } from '../../../../src/bot/chat/people-in-all-chats.ts'
import type { Absence, ChatSurface } from '../../../../src/bot/chat/surface.ts'
import { availabilityOf } from '../../../../src/bot/outbox/availability.ts'
import type { Person, Surface } from '../../../../src/domain/person.ts'
import { samples } from '../../../sample-requests.ts'

const slackOnly: Person = { key: 'person:Sam', name: 'Sam', accounts: { slack: 'U1' } }
const teamsOnly: Person = { key: 'person:Tess', name: 'Tess', accounts: { teams: 'a1' } }
const platform = { surface: 'slack', id: 'S1' } as const
const security = { surface: 'teams', id: 'g1' } as const

/** A chat that knows only accounts of its own. */
function chat(name: Surface, says: Partial<PeopleInAllChats> = {}): [Surface, ChatSurface] {
  const away = async (people: readonly Person[]) =>
    new Map(people.flatMap(({ key, accounts }): [string, Absence][] => (accounts[name] === undefined ? [[key, 'unknown']] : [])))
  const surface: ChatSurface = {
    name,
    listen: async () => undefined,
    post: async () => '',
    update: async () => undefined,
    direct: async () => '',
    groupsOf: async () => [],
    membersOf: async () => [],
    away,
    attach: async () => undefined,
    close: async () => undefined,
    ...says,
  }
  return [name, surface]
}

const served = (...chats: readonly [Surface, ChatSurface][]): PeopleInAllChats => peopleInAllChats(new Map(chats) satisfies Chats)

describe('who is away', () => {
  test('an approver with an account in one chat only is not unknown, and can still approve', async () => {
    const people = served(chat('slack'), chat('teams'))
    expect(await people.away([slackOnly, teamsOnly])).toEqual(new Map())
    const { approval, ...request } = samples['awaiting-approval']
    if (approval === undefined) throw new Error('the sample has an approval')
    const asked = { ...request, approval: { ...approval, approvers: [teamsOnly], groups: [], needed: 1 } }
    expect(isQuorumImpossible(asked, await availabilityOf(people, asked))).toBe(false)
    expect(isQuorumImpossible(asked, await availabilityOf(served(chat('slack')), asked))).toBe(true)
  })

  test('whoever is switched off in one chat and unknown in the other is switched off', async () => {
    const off = async () => new Map([[slackOnly.key, 'deactivated' as const]])
    expect(await served(chat('slack', { away: off }), chat('teams')).away([slackOnly])).toEqual(
      new Map([[slackOnly.key, 'deactivated']]),
    )
  })

  test('whoever is switched off in one chat and there in the other can act', async () => {
    const off = async () => new Map([[teamsOnly.key, 'deactivated' as const]])
    expect(await served(chat('slack', { away: off }), chat('teams')).away([teamsOnly])).toEqual(new Map())
  })
})

describe('groups', () => {
  const isIn: PeopleInAllChats['groupsOf'] = async (_person, groups) => groups
  const silent = async () => {
    throw new Error('no answer')
  }

  test('each chat is asked about its own only', async () => {
    const asked: unknown[] = []
    const note: PeopleInAllChats['groupsOf'] = async (_person, groups) => {
      asked.push(groups)
      return groups
    }
    const people = served(chat('slack', { groupsOf: note }), chat('teams', { groupsOf: note }))
    expect(await people.groupsOf(slackOnly, [platform, security])).toEqual([platform, security])
    expect(asked).toEqual([[platform], [security]])
    asked.length = 0
    await people.groupsOf(slackOnly, [security])
    expect(asked).toEqual([[security]])
  })

  test('one known membership is enough; none and a chat that did not say is no answer', async () => {
    const known = served(chat('slack', { groupsOf: silent }), chat('teams', { groupsOf: isIn }))
    expect(await known.groupsOf(teamsOnly, [platform, security])).toEqual([security])
    const unknown = served(chat('slack', { groupsOf: silent }), chat('teams'))
    await expect(unknown.groupsOf(teamsOnly, [platform, security])).rejects.toThrow('no answer')
  })

  test('members of all, unless one chat does not say or is not served', async () => {
    const some = (person: Person) => ({ membersOf: async () => [person] })
    const people = served(chat('slack', some(slackOnly)), chat('teams', some(teamsOnly)))
    expect(await people.membersOf([platform, security])).toEqual([slackOnly, teamsOnly])
    const silentTeams = served(chat('slack', some(slackOnly)), chat('teams', { membersOf: async () => undefined }))
    expect(await silentTeams.membersOf([platform, security])).toBeUndefined()
    expect(await silentTeams.membersOf([platform])).toEqual([slackOnly])
    expect(await served(chat('slack', some(slackOnly))).membersOf([platform, security])).toBeUndefined()
  })
})
