import { describe, expect, test } from 'vitest'
import { renderCard } from '../../../../../sandbox/teams/render.ts'
import { cardProblems } from '../../../../../sandbox/teams/validate/card.ts'
import { requestCard } from '../../../../../src/bot/cards/request/request-card.ts'
import type { Card, Part } from '../../../../../src/bot/chat/card.ts'
import { messageOf, simpleMessageOf } from '../../../../../src/bot/teams/message.ts'
import { adaptiveCards, simpleCard } from '../../../../../src/bot/teams/render/adaptive-card.ts'
import { hostileCard, hostileTexts } from '../../../../contract/chat-hostile-text.ts'
import { samples } from '../../../../sample-requests.ts'

const rendered = (card: unknown) => renderCard(card as Parameters<typeof renderCard>[0])
/** As Teams counts: two bytes a unit. */
const bytes = (value: unknown) => JSON.stringify(value).length * 2

describe('the schema of Adaptive Cards 1.5 and Microsoft’s parser take', () => {
  test.each(Object.entries(samples))('a request that is %s, for those who decide and for the others', (_state, request) => {
    for (const decides of [true, false])
      for (const card of adaptiveCards(requestCard(request, { decides }))) expect(cardProblems(card)).toEqual([])
  })

  test.each(hostileTexts)('a card of hostile text, also in its simple form: %j', (text) => {
    for (const card of [...adaptiveCards(hostileCard(text)), simpleCard(hostileCard(text))])
      expect(cardProblems(card)).toEqual([])
  })

  test('a card of nothing', () => {
    const empty: Card = {
      summary: '',
      parts: [
        { kind: 'text', text: '' },
        { kind: 'lines', lines: [] },
      ],
    }
    for (const card of [...adaptiveCards(empty), simpleCard(empty)]) expect(cardProblems(card)).toEqual([])
  })
})

describe('a card that is too long for one message', () => {
  const parts: readonly Part[] = Array.from({ length: 60 }, (_, index) => ({
    kind: 'text',
    text: `${index}: ${'ä'.repeat(3_000)}`,
  }))
  const long: Card = {
    summary: 'x'.repeat(5_000),
    parts,
    buttons: [{ verb: 'cancel', label: 'Cancel', id: 'PL-1', digest: 'd' }],
  }

  test('is shown to one person in pages that each fit, the buttons on the first', () => {
    const pages = adaptiveCards(long, { isPrivate: true })
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages) expect(bytes(messageOf(long, page))).toBeLessThan(100 * 1_024)
    const text = pages.map(rendered).join('\n')
    for (let index = 0; index < parts.length; index++) expect(text).toContain(`${index}: ä`)
    expect(pages.map((page) => rendered(page).includes('[Cancel]'))).toEqual([true, ...pages.slice(1).map(() => false)])
    expect(rendered(pages[1])).toContain(`Page 2 of ${pages.length}.`)
  })

  test('says to everybody that it was shortened', () => {
    expect(rendered(adaptiveCards(long)[0])).toContain('Shortened')
    for (const message of [messageOf(long), simpleMessageOf(long)]) expect(bytes(message)).toBeLessThan(100 * 1_024)
  })

  test('with one text that alone is too long is cut, never inside a mark', () => {
    const [card] = adaptiveCards({
      summary: 's',
      parts: [{ kind: 'text', text: [{ kind: 'strong', text: '*'.repeat(90_000) }] }],
    })
    expect(cardProblems(card)).toEqual([])
    expect(bytes(card)).toBeLessThan(100 * 1_024)
  })
})

test('a click is an Execute with a Submit of the same data as its fallback; what opens a dialog is a Submit', () => {
  const buttons = [
    { verb: 'approve', label: 'Approve', weight: 'primary', id: 'PL-1', digest: 'd' },
    { verb: 'details', label: 'Details', id: 'PL-1', digest: 'd' },
  ] as const
  const [card] = adaptiveCards({ summary: 's', parts: [{ kind: 'text', text: 't' }], buttons })
  const data = { verb: 'approve', id: 'PL-1', digest: 'd' }
  expect(card?.body.at(-1)).toMatchObject({
    type: 'ActionSet',
    actions: [
      { type: 'Action.Execute', verb: 'approve', data, style: 'positive', fallback: { type: 'Action.Submit', data } },
      { type: 'Action.Submit', data: { verb: 'details', msteams: { type: 'task/fetch' } } },
    ],
  })
})
