import { expect, test } from 'vitest'
import { requestCard } from '../../../../../src/bot/cards/request/request-card.ts'
import { undecidableNote } from '../../../../../src/bot/chat/card.ts'
import { slackMessage } from '../../../../../src/bot/slack/render/blocks.ts'
import { adaptiveCards, simpleCard } from '../../../../../src/bot/teams/render/adaptive-card.ts'
import type { Plan } from '../../../../../src/domain/plan.ts'
import type { Request } from '../../../../../src/domain/request.ts'
import { samples } from '../../../../sample-requests.ts'
import { plan, service } from '../../../literals.ts'

/** Nobody approves what they could not see: all services and all deletions are on the card, or it has no Approve. */

const renderings = {
  'in Slack': (request: Request) => slackMessage(requestCard(request, { decides: true })),
  'in Teams': (request: Request) => adaptiveCards(requestCard(request, { decides: true }))[0],
  'in the simple form of Teams': (request: Request) => simpleCard(requestCard(request, { decides: true })),
}

/** A revoke of this many services whose names have this many characters. */
function revoke(count: number, nameOf: (at: number) => string): Request {
  const numbers = Array.from({ length: count }, (_, at) => at)
  const services = numbers.map((at) => ({
    service: { ...service, id: `${String(at).padStart(8, '0')}-0b3f-4a5d-8c7e-6f5a4b3c2d10`, name: nameOf(at) },
    host: `host${at}.westus3.privatelink.azure.clickhouse.cloud`,
  }))
  const fields = numbers.map((at) => ({ name: nameOf(at), before: `${String(at).padStart(8, '0')}-d824-450d-83c5-2fdad29e39d1` }))
  const [first, ...more] = services
  if (first === undefined) throw new Error('no service')
  const changed: Plan = {
    ...plan,
    services: [first, ...more],
    steps: [{ id: 'allow-list-removal', title: 'allow list', resource: 'many', change: { kind: 'delete', fields } }],
  }
  return { ...samples['awaiting-approval'], action: 'revoke', plan: changed }
}

const long = (at: number) => `service ${at} `.padEnd(120, 'n')
const endless = (at: number) => `service ${at} `.padEnd(90, '<')

test.each(Object.entries(renderings))(
  '20 long names %s: every service and every deletion is there, and Approve',
  (_where, render) => {
    const request = revoke(20, long)
    const shown = JSON.stringify(render(request))
    for (const { service: each } of request.plan?.services ?? []) expect(shown).toContain(each.id)
    for (let at = 0; at < 20; at++) expect(shown).toContain(`${String(at).padStart(8, '0')}-d824-450d-83c5-2fdad29e39d1`)
    expect(shown).toContain('"approve"')
  },
)

test.each([
  ['in Slack', slackMessage(requestCard(revoke(20, endless), { decides: true }))],
  ['in Teams', adaptiveCards(requestCard(revoke(150, endless), { decides: true }))[0]],
  ['in the simple form of Teams', simpleCard(requestCard(revoke(150, endless), { decides: true }))],
])('a card that is cut %s has no Approve, says so, and can be cancelled', (_where, message) => {
  const shown = JSON.stringify(message)
  expect(shown).not.toContain('"approve"')
  expect(shown).not.toContain('"override"')
  expect(shown).toContain('"cancel"')
  expect(shown).toContain(undecidableNote)
})
