import { describe, expect, test } from 'vitest'
import { noticesOf } from '../../../../../src/bot/cards/request/notices.ts'
import { plain } from '../../../../../src/bot/chat/card.ts'
import { isOpen, type Request, requestStates } from '../../../../../src/domain/request.ts'
import { transition } from '../../../../../src/domain/transition.ts'
import { alice, bob, carol, digest, plan, samples } from '../../../../sample-requests.ts'
import { textOf } from '../../card-text.ts'

const at = '2026-03-01T14:07:00.000Z'
const asked = samples['awaiting-approval']
const approval = asked.approval
if (approval === undefined) throw new Error('the sample has an approval')
const breakable: Request = { ...asked, run: 'r', approval: { ...approval, breakGlass: [bob] } }

const overridden = (request: Request, seen: string): Request =>
  transition(request, { type: 'override', by: bob, digest: seen, reason: 'it burns', at })
const replanned = (request: Request, next: string): Request =>
  transition(request, { type: 'plan-changed', run: 'r', plan, digest: next, approval: breakable.approval ?? approval })

const keys = (request: Request) => noticesOf(request).map(({ key }) => key)
const glass = (request: Request) => keys(request).filter((key) => key.startsWith('glass'))

describe('break-glass', () => {
  test('the approvers, the requester and the channel are told, and not whoever did it', () => {
    const told = noticesOf(overridden(breakable, digest))
    expect(told.map(({ to }) => (to.kind === 'person' ? to.person.name : to.place.id))).toEqual([
      carol.name,
      alice.name,
      'C012ABC',
    ])
  })

  test('a group that may review it is called in the channel', () => {
    const grouped = {
      ...breakable,
      approval: { ...approval, breakGlass: [bob], groups: [{ surface: 'slack', id: 'S1' } as const] },
    }
    const inChannel = noticesOf(overridden(grouped, digest)).find(({ to }) => to.kind === 'place')
    expect(inChannel && textOf(inChannel.card)).toContain('It has to be reviewed by <@U03CAROL> or <!subteam^S1>.')
  })

  test('a second one on the same request is told as well', () => {
    const wrote = { ...overridden(breakable, digest), steps: samples.applying.steps }
    const second = overridden(replanned(wrote, 'b'.repeat(64)), 'b'.repeat(64))
    expect(glass(second)).toHaveLength(6)
    expect(new Set(glass(second)).size).toBe(6)
    expect(glass(second)).toEqual(expect.arrayContaining(glass(wrote)))
  })

  test('still told when it was cancelled before the message went out', () => {
    const running = { ...overridden(breakable, digest), stopping: { kind: 'cancelled', by: alice, at } } as const
    const cancelled = transition(running, { type: 'stopped', run: 'r', outcome: {}, at })
    expect(glass(cancelled)).toHaveLength(3)
    expect(textOf(noticesOf(cancelled)[0]?.card ?? { summary: '', parts: [] })).toContain(
      '<@U02BOB> runs *PL-42* without an approval',
    )
  })

  test('whoever ran the old plan hears that it stopped', () => {
    const again = replanned(overridden(breakable, digest), 'b'.repeat(64))
    const notice = noticesOf(again).find(({ to }) => to.kind === 'person' && to.person === bob)
    expect(notice && textOf(notice.card)).toContain('what you ran without an approval was the old one')
  })
})

describe('whoever is to approve is called', () => {
  const calls = (request: Request) =>
    noticesOf(request, { away: new Map(), members: [] }).filter(({ key }) => key.startsWith('asking'))
  const text = (request: Request) =>
    calls(request).map(({ card }) => plain(card.parts.flatMap((part) => ('text' in part ? part.text : []))))

  test('by the new message itself', () => {
    expect(calls(asked)).toEqual([])
  })

  test('by one of its own where the request was asked for in their channel', () => {
    const here: Request = { ...asked, asked: { ...asked.asked, place: approval.places[0] ?? asked.asked.place } }
    expect(text(here)).toEqual([expect.stringContaining('PL-42 needs approval by Bob Builder or Carol Jones, before')])
    expect(calls({ ...here, state: 'applying' })).toEqual([])
  })

  test('anew for each plan', () => {
    const again = { ...asked, previousPlan: plan }
    expect(text(again)).toEqual([expect.stringContaining('PL-42 has a new plan, and needs approval once more, by Bob Builder')])
    expect(calls({ ...again, digest: 'b'.repeat(64) })[0]?.key).not.toBe(calls(again)[0]?.key)
  })

  test('not where nobody is left: then the one who asked hears that', () => {
    const away = new Map([bob, carol].map(({ key }) => [key, 'deactivated' as const]))
    const notices = noticesOf({ ...asked, previousPlan: plan, reminded: 1 }, { away, members: [] })
    expect(notices.map(({ to }) => to)).toEqual([{ kind: 'person', person: alice, preferred: 'slack' }])
    expect(notices.map(({ card }) => textOf(card))).toEqual([expect.stringContaining('*PL-42* cannot be approved any more')])
  })
})

test.each(requestStates)('every notice says which request and which state it is: %s', (state) => {
  const overrides = [{ by: bob, at, digest, reason: 'it burns' }]
  const request = { ...samples[state], overrides, voided: [carol], reminded: 1, reviewReminded: 1 }
  const notices = noticesOf(request)
  if (request.approval !== undefined) expect(notices.length).toBeGreaterThan(3)
  const ends = notices.filter(({ key, to }) => key === 'end' && to.kind === 'person' && to.person === alice)
  expect(ends).toHaveLength(isOpen(request) ? 0 : 1)
  for (const { card } of notices)
    expect(card.parts.map((part) => ('text' in part ? plain(part.text) : '')).join()).toContain(`request PL-42 · ${state}`)
})

test('an override whose only approvers had a part in it says that nobody is left, not that nobody in particular has to review it', () => {
  const overrides = [{ by: bob, at, digest, reason: 'it burns' }]
  const done: Request = { ...samples.done, approval: { ...approval, approvers: [alice, bob] }, overrides, reviewReminded: 1 }
  const texts = noticesOf(done).map(({ card }) => textOf(card))
  expect(texts.find((text) => text.includes('ran without an approval'))).toContain('nobody is left who could review it')
  expect(texts.at(-1)).toContain('Nobody is left who could review it: an approver has to be added to the policy.')
})
