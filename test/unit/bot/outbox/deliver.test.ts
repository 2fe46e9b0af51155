import { pino } from 'pino'
import { beforeEach, expect, test } from 'vitest'
import type { Card } from '../../../../src/bot/chat/card.ts'
import type { ChatSurface } from '../../../../src/bot/chat/surface.ts'
import { deliver } from '../../../../src/bot/outbox/deliver.ts'
import { withShownCards } from '../../../../src/bot/outbox/shown-cards.ts'
import { RetryableError, TerminalError } from '../../../../src/domain/errors.ts'
import type { Place, Surface } from '../../../../src/domain/person.ts'
import type { Request } from '../../../../src/domain/request.ts'
import type { OutboxItem } from '../../../../src/redis/queues.ts'
import { alice, approvals, data, samples } from '../../../sample-requests.ts'

/** What one delivery does about a chat that refuses some of its messages. */

let refused: Record<string, string>
let shown: Map<string, Card>
let known: Record<string, string>
let versions: Record<string, string>
let now: number
let places: readonly Place[]
let served: readonly Surface[]
let posts: string[]
let updates: string[]
let server: string
beforeEach(() => {
  server = 'one'
  places = [approvals]
  served = ['slack', 'teams']
  posts = []
  updates = []
  refused = {}
  shown = new Map()
  known = {}
  versions = {}
  now = Date.parse('2026-03-01T14:10:00.000Z')
})

async function show(where: string, card: Card): Promise<string> {
  const code = refused[where]
  if (code === 'throttled') throw new RetryableError(code, code, { remedy: '', retryAfterMs: 6_000 })
  if (code !== undefined) throw new TerminalError(code, code, { remedy: 'Unarchive it.' })
  shown.set(where, card)
  return where
}

const chat = (name: Surface): ChatSurface => ({
  name,
  listen: async () => undefined,
  async post({ id }, card) {
    posts.push(`${name} ${id}`)
    return await show(id, card)
  },
  direct: ({ name }, card) => show(JSON.stringify(card).includes('To see all of it') ? `${name}, at the end` : name, card),
  async update(message, card, yields) {
    updates.push(`${name} ${message}${yields === true ? ' yields' : ''}`)
    await show(message, card)
  },
  groupsOf: async () => [],
  membersOf: async () => [],
  away: async () => new Map(),
  attach: async () => undefined,
  close: async () => undefined,
})

function requestIn(state: keyof typeof samples): Request {
  const { approval, ...request } = samples[state]
  return { ...request, ...(approval !== undefined && { approval: { ...approval, places } }) }
}

async function delivered(
  state: keyof typeof samples,
  {
    isOurs = async () => true,
    get = async () => requestIn(state),
    item = { kind: 'request', id: 'PL-42' },
    job = { progress: undefined },
  }: {
    readonly isOurs?: () => Promise<boolean>
    readonly get?: () => Promise<Request | undefined>
    readonly item?: OutboxItem
    /** Several attempts of one job share it. */
    readonly job?: { progress: unknown }
  } = {},
): Promise<{ retryAfterMs?: number | undefined; isShown: boolean }> {
  versions = { 'PL-42': state }
  const outbox = {
    chats: new Map(served.map((name) => [name, chat(name)])),
    people: { away: async () => new Map(), membersOf: async () => [] },
    messages: {
      of: async () => known,
      async remember(_record: string, place: string, message: string) {
        known[place] = message
      },
      showed: () => undefined,
      restore: async () => [],
    },
    log: pino({ level: 'silent' }),
    ledger: {
      get,
      unshown: async () => versions,
      async shown() {
        versions = {}
      },
    },
    diagnoses: { get: async () => undefined },
    policies: [],
    now: () => now,
  }
  const keep = async (progress: object): Promise<void> => {
    job.progress = progress
  }
  const running = { progress: job.progress, isOurs, keep }
  const failure = await withShownCards({ job: running, server: { current: async () => server } }, (shown) =>
    deliver({ ...outbox, shown }, item, isOurs),
  ).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (failure !== undefined && !(failure instanceof RetryableError)) throw failure
  return { retryAfterMs: failure?.retryAfterMs, isShown: !('PL-42' in versions) }
}

const end = `${alice.name}, at the end`

const lost: OutboxItem = { kind: 'lost', id: 'PL-42', place: data, by: alice }
const absent = async () => undefined

test('of a lost request that no message shows, the asker is told where it was asked for', async () => {
  await delivered('planning', { item: lost, get: absent })
  expect([...shown.keys()]).toEqual([data.id])
  expect(shown.get(data.id)?.summary).toContain('I do not have request PL-42 any more')
  posts = []
  await delivered('planning', { item: lost, get: absent })
  expect(posts).toEqual([])
})

test('every message about a lost request says so', async () => {
  known = { [data.id]: 'slack:one', 'notice:end': 'slack:other' }
  await delivered('planning', { item: lost, get: absent })
  expect(updates).toEqual(['slack one', 'slack other'])
})

test('a request that the ledger has is not called lost', async () => {
  await delivered('planning', { item: lost })
  expect(shown).toEqual(new Map())
})

test.each(['slack-refused', 'place-unreachable'])(
  '%s where it was asked: the one who asked is told all the same',
  async (code) => {
    refused[data.id] = code
    expect(await delivered('cancelled')).toEqual({ retryAfterMs: undefined, isShown: true })
    expect([...shown.keys()].toSorted()).toEqual([alice.name, end].toSorted())
  },
)

test('nowhere to show it: the end is told in person, and the rest is tried again for a day', async () => {
  refused[data.id] = 'place-unreachable'
  refused[alice.name] = 'slack-refused'
  expect(await delivered('cancelled')).toEqual({ retryAfterMs: 600_000, isShown: false })
  expect([...shown.keys()]).toEqual([end])
  now += 86_400_000
  expect(await delivered('cancelled')).toEqual({ retryAfterMs: undefined, isShown: true })
})

test('an earlier notice says how it ended, once; the one about the end stays as it is', async () => {
  known = { 'notice:reminder:1': 'a reminder', 'notice:glass:1:bob': 'undeliverable', 'notice:end': 'told' }
  await delivered('awaiting-approval')
  expect([...shown.keys()]).not.toContain('a reminder')
  await delivered('rejected')
  expect(shown.get('a reminder')?.summary).toContain('request PL-42 · rejected')
  expect([...shown.keys()]).not.toContain('undeliverable')
  expect([...shown.keys()]).not.toContain('told')
  shown = new Map()
  await delivered('rejected')
  expect([...shown.keys()]).not.toContain('a reminder')
})

test('one place that is throttled delays no other', async () => {
  refused[approvals.id] = 'throttled'
  expect(await delivered('awaiting-approval')).toEqual({ retryAfterMs: 6_000, isShown: false })
  expect([...shown.keys()]).toEqual([data.id])
})

const bothShown = { [`slack:${data.id}`]: `slack:${data.id}`, [`slack:${approvals.id}`]: `slack:${approvals.id}` }

test('a message that an attempt has updated is not updated again by the next one, which has to wait for another', async () => {
  known = { ...bothShown }
  refused[data.id] = 'throttled'
  const job = { progress: undefined }
  expect(await delivered('applying', { job })).toMatchObject({ retryAfterMs: 6_000 })
  expect(updates).toEqual([`slack ${approvals.id}`, `slack ${data.id}`])
  refused = {}
  updates = []
  expect(await delivered('applying', { job })).toMatchObject({ isShown: true })
  expect(updates).toEqual([`slack ${data.id}`])
})

test.each<[string, string, keyof typeof samples]>([
  ['the request has changed', 'one', 'done'],
  ['another Redis server has taken over', 'other', 'applying'],
])('the next attempt updates every message when %s', async (_, answering, state) => {
  known = { ...bothShown }
  refused[data.id] = 'throttled'
  const job = { progress: undefined }
  await delivered('applying', { job })
  server = answering
  refused = {}
  updates = []
  await delivered(state, { job })
  expect(updates).toEqual([`slack ${approvals.id}`, `slack ${data.id}`])
})

test('what is carried out lets others go first, once every message shows that it is', async () => {
  known = { ...bothShown }
  refused[data.id] = 'throttled'
  await delivered('applying')
  refused = {}
  updates = []
  await delivered('applying')
  expect(updates).toEqual([`slack ${approvals.id}`, `slack ${data.id}`])
  await delivered('applying')
  expect(updates.slice(2)).toEqual([`slack ${approvals.id} yields`, `slack ${data.id} yields`])
  await delivered('done')
  expect(updates.slice(4)).toEqual([`slack ${approvals.id}`, `slack ${data.id}`])
})

test('a channel in two chats has the card in both, and one that refuses keeps nobody from the other', async () => {
  places = [approvals, { surface: 'teams', id: '19:x' }]
  refused[approvals.id] = 'place-unreachable'
  expect(await delivered('awaiting-approval')).toMatchObject({ retryAfterMs: 60_000 })
  expect(shown.get('19:x')?.buttons?.map(({ verb }) => verb)).toContain('approve')
  expect(JSON.stringify(shown.get(data.id))).toContain('I could not post this to')
  refused = {}
  await delivered('rejected')
  expect(shown.get('19:x')?.summary).toContain('rejected')
})

test('an older message where it was asked is brought up to date when that works again', async () => {
  await delivered('awaiting-approval')
  refused[data.id] = 'place-unreachable'
  expect(await delivered('applying')).toMatchObject({ retryAfterMs: 15_000 })
  expect(shown.get(alice.name)?.summary).toContain('applying')
  refused = {}
  expect(await delivered('done')).toMatchObject({ isShown: true })
  for (const where of [data.id, alice.name]) expect(shown.get(where)?.summary).toContain('done')
})

test('the approvers’ message loses its buttons when their channel can be written to again', async () => {
  await delivered('awaiting-approval')
  refused[approvals.id] = 'place-unreachable'
  expect(await delivered('cancelled')).toEqual({ retryAfterMs: 600_000, isShown: false })
  refused = {}
  expect(await delivered('cancelled')).toEqual({ retryAfterMs: undefined, isShown: true })
  expect(shown.get(approvals.id)?.summary).toContain('cancelled')
})

test('approvers who were never asked hear of no end', async () => {
  expect(await delivered('cancelled')).toMatchObject({ isShown: true })
  expect(shown.has(approvals.id)).toBe(false)
})

test('a token that is refused is no matter of one message', async () => {
  refused[data.id] = 'chat-refuses-token'
  await expect(delivered('planning')).rejects.toThrow('chat-refuses-token')
  expect(versions).toEqual({ 'PL-42': 'planning' })
})

test('each message stays in the chat that it was posted to, also one that an older version remembers without it', async () => {
  places = [{ surface: 'teams', id: '19:x' }]
  known = { [`slack:${data.id}`]: data.id }
  await delivered('awaiting-approval')
  expect(posts).toEqual(['teams 19:x'])
  expect(updates).toEqual([`slack ${data.id}`])
  await delivered('rejected')
  expect(updates).toContain('teams 19:x')
  expect(posts).toEqual(['teams 19:x'])
})

test('a place of a chat that is not served keeps no other message back', async () => {
  places = [approvals, { surface: 'teams', id: '19:x' }]
  served = ['slack']
  expect(await delivered('awaiting-approval')).toEqual({ retryAfterMs: undefined, isShown: true })
  expect(posts).toEqual([`slack ${approvals.id}`, `slack ${data.id}`])
  places = [{ surface: 'teams', id: '19:x' }]
  expect(await delivered('awaiting-approval')).toMatchObject({ retryAfterMs: 60_000 })
  expect(JSON.stringify(shown.get(data.id))).toContain('Configure Teams for the bot process.')
})

test('a place that the bot was shut out of is said, and not tried again and again', async () => {
  refused[approvals.id] = 'place-closed'
  expect(await delivered('awaiting-approval')).toEqual({ retryAfterMs: undefined, isShown: true })
  expect(JSON.stringify(shown.get(data.id))).toContain('I could not post this to')
})

test.each(['nothing', 'throttled'])(
  'a job that another worker took over leaves no older state on a message: %s is refused',
  async (code) => {
    known = { [`slack:${data.id}`]: data.id, [`slack:${approvals.id}`]: approvals.id }
    if (code !== 'nothing') refused[data.id] = code
    let state: keyof typeof samples = 'applying'
    const isOurs = async () => {
      // While this worker wrote, Redis was away, and another worker has shown the end.
      state = 'done'
      delete refused[data.id]
      return false
    }
    await delivered('applying', { isOurs, get: async () => requestIn(state) })
    for (const place of [data, approvals]) expect(shown.get(place.id)?.summary).toContain('request PL-42 · done')
  },
)

test('a job that is still this worker’s is shown once, whatever happened meanwhile: another job follows', async () => {
  let state: keyof typeof samples = 'applying'
  const isOurs = async () => {
    state = 'done'
    return true
  }
  await delivered('applying', { isOurs, get: async () => requestIn(state) })
  expect(shown.get(data.id)?.summary).toContain('request PL-42 · applying')
})
