import { beforeEach, describe, expect, test } from 'vitest'
import { say } from '../../../../src/bot/chat/card.ts'
import { type Chats, directTo, parseStoredMessage, storedMessage, updateMessage } from '../../../../src/bot/chat/chats.ts'
import type { ChatSurface } from '../../../../src/bot/chat/surface.ts'
import { RetryableError, TerminalError } from '../../../../src/domain/errors.ts'
import type { Person, Surface } from '../../../../src/domain/person.ts'

let asked: string[]
let refusals: Partial<Record<Surface, Error>>
beforeEach(() => {
  asked = []
  refusals = {}
})

const unreachable = (surface: Surface) => new TerminalError('place-unreachable', surface, { remedy: '' })

function chat(name: Surface): [Surface, ChatSurface] {
  const surface: ChatSurface = {
    name,
    listen: async () => undefined,
    post: async () => 'posted',
    async update(message) {
      asked.push(`${name} update ${message}`)
    },
    async direct() {
      asked.push(name)
      if (refusals[name] !== undefined) throw refusals[name]
      return 'm1'
    },
    groupsOf: async () => [],
    membersOf: async () => [],
    away: async () => new Map(),
    attach: async () => undefined,
    close: async () => undefined,
  }
  return [name, surface]
}

const both: Chats = new Map([chat('slack'), chat('teams')])
const card = say('hello')
const inTeams: Person = { key: 'person:Tess', name: 'Tess', accounts: { teams: 'a1' } }
const inBoth: Person = { key: 'person:Bea', name: 'Bea', accounts: { slack: 'U1', teams: 'a2' } }

describe('a stored message', () => {
  test.each(['C012ABC/1700000000.000100', '19:x@thread.tacv2;messageid=1/2', ''])('says which chat it is in: %s', (message) => {
    for (const surface of ['slack', 'teams'] as const)
      expect(parseStoredMessage(storedMessage({ surface, message }))).toEqual({ surface, message })
  })

  test('of an older version is in Slack', async () => {
    await updateMessage(both, 'C012ABC/1700000000.000100', card, false)
    expect(asked).toEqual(['slack update C012ABC/1700000000.000100'])
  })

  test('is updated in its own chat', async () => {
    await updateMessage(both, 'teams:19:x/1', card, false)
    expect(asked).toEqual(['teams update 19:x/1'])
  })

  test('of a chat that is not served any more cannot be reached', async () => {
    await expect(updateMessage(new Map([chat('slack')]), 'teams:19:x/1', card, false)).rejects.toMatchObject({
      code: 'place-unreachable',
      message: 'This bot does not serve Teams.',
    })
  })
})

describe('a direct message', () => {
  test('goes to the chat where the person asked', async () => {
    expect(await directTo(both, inBoth, 'teams', card)).toBe('teams:m1')
    expect(asked).toEqual(['teams'])
  })

  test('goes to the chat that has the account', async () => {
    expect(await directTo(both, inTeams, undefined, card)).toBe('teams:m1')
    expect(asked).toEqual(['teams'])
  })

  test('goes to another chat when the preferred one cannot reach the person', async () => {
    refusals = { slack: unreachable('slack') }
    expect(await directTo(both, inBoth, 'slack', card)).toBe('teams:m1')
    expect(asked).toEqual(['slack', 'teams'])
  })

  test('is not sent a second time while the first chat may still take it', async () => {
    refusals = { slack: new RetryableError('throttled', 'later', { remedy: '' }) }
    await expect(directTo(both, inBoth, 'slack', card)).rejects.toThrow('later')
    expect(asked).toEqual(['slack'])
  })

  test('that no chat can deliver says what the first one said', async () => {
    refusals = { slack: unreachable('slack'), teams: unreachable('teams') }
    await expect(directTo(both, inBoth, 'teams', card)).rejects.toThrow('teams')
  })
})
