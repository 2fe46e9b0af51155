import { describe, expect, test } from 'vitest'
import { requestCard } from '../../../../../src/bot/cards/request/request-card.ts'
import { slackMessage } from '../../../../../src/bot/slack/render/blocks.ts'
import { adaptiveCards } from '../../../../../src/bot/teams/render/adaptive-card.ts'
import type { Reached } from '../../../../../src/domain/target.ts'
import { samples } from '../../../../sample-requests.ts'

/** Whoever approves sees exactly which services it is about. */

const { plan, asked } = samples['awaiting-approval']
if (plan === undefined) throw new Error('The sample has no plan.')
const [reached] = plan.services

const reachedAs = (name: string, id: string): Reached => ({
  service: { ...reached.service, name, id },
  host: `${id.slice(0, 8)}.westus3.privatelink.azure.clickhouse.cloud`,
})
const request = (services: readonly [Reached, ...Reached[]], words = services.map(({ service }) => service.name)) => ({
  ...samples['awaiting-approval'],
  asked: { ...asked, services: words.map((service) => ({ service })) },
  plan: { ...plan, services },
})
const inSlack = (about: ReturnType<typeof request>) => JSON.stringify(slackMessage(requestCard(about, { decides: true })))
const inTeams = (about: ReturnType<typeof request>) => JSON.stringify(adaptiveCards(requestCard(about, { decides: true }))[0])

describe.each([
  ['Slack', inSlack],
  ['Teams', inTeams],
])('%s', (_chat, shown) => {
  const [one, other] = [
    reachedAs('twin', '3e5f7091-2b3c-4d4e-8f50-6b7c8d9e0f12'),
    reachedAs('twin', '4f608102-3c4d-4e5f-9061-7c8d9e0f1a23'),
  ]

  test('two services of one name are told apart by their ids', () => {
    const [first, second] = [one, other].map((each) => shown(request([each], [each.service.id])))
    expect(first).toContain('twin (3e5f7091)')
    expect(first).toContain('3e5f7091-2b3c-4d4e-8f50-6b7c8d9e0f12')
    expect(second).toContain('twin (4f608102)')
    const both = shown(request([one, other]))
    for (const { service } of [one, other]) expect(both).toContain(service.id)
  })

  test('twenty services with the longest names are all on the card that has Approve', () => {
    const services = Array.from({ length: 20 }, (_, index) => {
      const digits = String(index).padStart(2, '0')
      return reachedAs(`${digits}-${'long-name-'.repeat(9)}`, `aaaaaa${digits}-2b3c-4d4e-8f50-6b7c8d9e0f12`)
    })
    const [head, ...rest] = services
    if (head === undefined) throw new Error('no services')
    const card = shown(request([head, ...rest]))
    expect(card).toContain('Approve')
    for (const { service } of services) expect(card).toContain(service.id)
    expect(card).toMatch(/Set up Private Link: 00-long-name-.*, 01-long-name-.*, 02-long-name-.* and 17 more → prod-westus3/)
  })

  test('and so are their changes, each with two fields', () => {
    const name = (index: number) => `${String(index).padStart(2, '0')}-${'long-name-'.repeat(19)}`
    const ids = Array.from({ length: 20 }, (_, index) => `aaaaaa${String(index).padStart(2, '0')}-2b3c-4d4e-8f50-6b7c8d9e0f12`)
    const [head, ...rest] = ids.map((id, index) => reachedAs(name(index), id))
    if (head === undefined) throw new Error('no services')
    const fields = ids.flatMap((_, index) => [
      { name: `${name(index)} id`, after: '05b808f2-6a77-4172-85bd-e7ae28d43f79' },
      { name: `${name(index)} entries`, before: '0', after: '1' },
    ])
    const about = request([head, ...rest])
    const steps = about.plan.steps.map((step) =>
      step.id === 'allow-list' ? { ...step, change: { kind: 'update' as const, fields } } : step,
    )
    const card = shown({ ...about, plan: { ...about.plan, steps } })
    expect(card).toContain('Approve')
    expect(card).toContain('…e-long-name- id 05b808f2')
    expect(card.match(/entries 0 → 1/g)).toHaveLength(20)
  })

  test('one service whose name says it all is shown by its name', () => {
    expect(shown(request([reached]))).not.toContain(reached.service.id)
  })
})
