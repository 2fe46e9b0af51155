import { expect, test } from 'vitest'
import { pingsOf } from '../../../../../sandbox/slack/mrkdwn.ts'
import { isTooLong, messageProblems, viewProblems } from '../../../../../sandbox/slack/validate/surface.ts'
import { serviceForm } from '../../../../../src/bot/answers/service-form.ts'
import { detailsCard } from '../../../../../src/bot/cards/request/details-card.ts'
import { requestCard } from '../../../../../src/bot/cards/request/request-card.ts'
import { code, mention, strong, time, words } from '../../../../../src/bot/chat/card.ts'
import { slackMessage } from '../../../../../src/bot/slack/render/blocks.ts'
import { formView } from '../../../../../src/bot/slack/render/form.ts'
import { lengthOf, mrkdwn, plainText, preformatted } from '../../../../../src/bot/slack/render/text.ts'
import { requestStates } from '../../../../../src/domain/request.ts'
import { alice, data, digest, plan, samples } from '../../../../sample-requests.ts'

/** Tries everything at once: pings, links, markup, controls, bidirectional overrides, and length. */
const hostile = `<!channel> <!here> <@U02BOB> <http://evil.example|ok> *b* \`c\` ~s~ & \u202eevil\u0000\r\n@everyone ${'𝕏'.repeat(4_000)}`

test('what comes from outside is escaped, and cannot end a code span or a bold run', () => {
  expect(mrkdwn('<!channel> & <@U1>', 100)).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;')
  expect(mrkdwn([code('a`b<c')], 100)).toBe('`aˋb&lt;c`')
  expect(mrkdwn([strong('a*b')], 100)).toBe('*a∗b*')
  expect(mrkdwn('a\u202eb\u0007c`d', 100)).toBe('abcˋd')
  expect(preformatted(['a```b'], 100)).toBe('```\naˋˋˋb\n```')
})

test('our own markup: people, times, places', () => {
  expect(mrkdwn(words`by ${mention(alice)} ${time('2026-03-01T14:05:00.000Z')}`, 200)).toBe(
    'by <@U01ALICE> <!date^1772373900^{date_short_pretty} {time}|2026-03-01 14:05 UTC>',
  )
  const forged = { ...alice, name: '<!channel>', accounts: { slack: 'U1> <!channel' } }
  expect(mrkdwn([mention(forged)], 100)).toBe('&lt;!channel&gt;')
})

test('cutting counts code points, and never halves an entity, a character or a mention', () => {
  for (let limit = 1; limit < 40; limit++) {
    const text = mrkdwn(words`<&𝕏𝕏>${'<'.repeat(9)}${mention(alice)} and more`, limit)
    expect(lengthOf(text)).toBeLessThanOrEqual(limit)
    expect(text.replaceAll(/&(lt|gt|amp);|<@U01ALICE>/g, '')).not.toMatch(/[&<>;]/)
    expect(text.isWellFormed()).toBe(true)
  }
  expect(plainText('𝕏𝕏𝕏', 2)).toBe('𝕏…')
})

test.each(requestStates)('a hostile request in state %s stays within every limit and pings only whom it may', (state) => {
  const sample = samples[state]
  const steps = Array.from({ length: 60 }, () => plan.steps)
    .flat()
    .map((step) => ({ ...step, resource: hostile, change: { kind: 'create' as const, fields: [{ name: 'x', after: hostile }] } }))
  const request = {
    ...sample,
    asked: { ...sample.asked, services: [{ service: hostile }], network: hostile, reason: hostile },
    ...(sample.plan !== undefined && {
      plan: { ...plan, services: [{ service: { ...plan.services[0].service, name: hostile }, host: hostile }] as const, steps },
    }),
    outcome: { problem: { code: hostile, message: hostile, remedy: hostile, vendorRequestId: hostile } },
  }
  for (const card of [requestCard(request, { decides: true, notice: hostile }), detailsCard(request, digest)]) {
    const { text, blocks } = slackMessage(card)
    expect(messageProblems(blocks)).toEqual([])
    expect(isTooLong(text, blocks)).toBe(false)
    const allowed = ['@U01ALICE', '@U02BOB', '@U03CAROL']
    expect(pingsOf(text, JSON.parse(JSON.stringify(blocks))).filter((ping) => !allowed.includes(ping))).toEqual([])
    expect(JSON.stringify(blocks)).toContain(`request PL-42 · ${state}`)
  }
})

test('what does not fit is said to be cut, and the buttons stay', () => {
  const parts = Array.from({ length: 80 }, () => ({ kind: 'text', text: 'x'.repeat(500) }) as const)
  const { text, blocks } = slackMessage({
    summary: 's',
    parts,
    buttons: [{ verb: 'approve', label: 'Approve', id: 'PL-1', digest }],
  })
  expect(isTooLong(text, blocks)).toBe(false)
  expect(blocks.at(-1)?.type).toBe('actions')
  expect(JSON.stringify(blocks.at(-2))).toContain('the rest is cut')
})

test('a button carries the request and the digest, and nothing else', () => {
  const { blocks } = slackMessage(requestCard(samples['awaiting-approval'], { decides: true }))
  const actions = JSON.parse(JSON.stringify(blocks.at(-1)))
  const values = actions.elements.map(({ value }: { value: string }) => JSON.parse(value))
  expect(values).toEqual(Array.from({ length: 5 }, () => ({ id: 'PL-42', digest })))
  expect(actions.elements.map(({ style }: { style?: string }) => style).slice(0, 3)).toEqual(['primary', 'danger', undefined])
})

test.each([100, 5_000])('the form with %i services, all with hostile names, stays below 250 kB', (count) => {
  const services = Array.from({ length: count }, (_, index) => ({
    ...plan.services[0].service,
    id: `id-${index}`,
    name: `${index} ${hostile}`.slice(0, 200),
  }))
  const network = { name: 'prod-westus3', location: 'westus3', subscription: '', resourceGroup: '', vnet: '', subnet: '' }
  const form = serviceForm(
    'setup',
    { reason: hostile, service: `id-${count - 1}`, network: 'prod' },
    {
      inventory: { readAt: '2026-03-01T14:00:00.000Z', services, allowLists: {} },
      organizations: [{ id: plan.services[0].service.organizationId, name: 'acme' }],
      networks: [{ ...network, dns: { subscription: '', resourceGroup: '' }, applicationSecurityGroups: [], tags: {} }],
      now: () => '2026-03-01T14:00:40.000Z',
    },
  )
  const view = formView(form, data.id)
  expect(viewProblems(view)).toEqual([])
  expect(JSON.stringify(view)).toContain('Services as read 40 s ago.')
  const text = JSON.stringify(view)
  expect(Buffer.byteLength(text)).toBeLessThan(250_000)
  const select = view.blocks.find(({ block_id }) => block_id?.startsWith('service:'))
  expect(Object(select).element).toMatchObject({
    type: count > 100 ? 'external_select' : 'static_select',
    initial_option: { value: `id-${count - 1}` },
  })
})
