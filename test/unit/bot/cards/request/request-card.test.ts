import { describe, expect, test } from 'vitest'
import { requestCard } from '../../../../../src/bot/cards/request/request-card.ts'
import { slackMessage } from '../../../../../src/bot/slack/render/blocks.ts'
import type { Plan } from '../../../../../src/domain/plan.ts'
import { requestStates } from '../../../../../src/domain/request.ts'
import { alice, bob, carol, failedWhilePlanning, plan, samples } from '../../../../sample-requests.ts'
import { textOf } from '../../card-text.ts'

describe.each(requestStates)('%s', (state) => {
  test.each([true, false])('says which request and which state it is (decides: %s)', (decides) => {
    const card = requestCard(samples[state], { decides })
    expect(textOf(card)).toContain(`request PL-42 · ${state}`)
    expect(slackMessage(card).text).toContain(`request PL-42 · ${state}`)
    expect(textOf(card)).toContain('analytics-prod → prod-westus3')
    expect(textOf(card)).toContain('<@U01ALICE>')
    expect(textOf(card)).toContain('BI moves into the VNet')
  })

  test('has buttons only where and while there is something to do', () => {
    const labels = (decides: boolean) => requestCard(samples[state], { decides }).buttons?.map(({ label }) => label) ?? []
    const decider: Partial<Record<typeof state, string[]>> = {
      planning: ['Cancel'],
      'awaiting-approval': ['Approve', 'Reject', 'Details', 'Cancel', 'Export Terraform'],
      applying: ['Cancel'],
      done: ['Export Terraform'],
      'nothing-to-do': ['Export Terraform'],
      failed: ['Undo PL-42', 'Export Terraform'],
      rejected: ['Export Terraform'],
      expired: ['Export Terraform'],
      cancelled: ['Export Terraform'],
    }
    const reader = { ...decider, 'awaiting-approval': ['Cancel', 'Export Terraform'] }
    expect(labels(true)).toEqual(decider[state] ?? [])
    expect(labels(false)).toEqual(reader[state] ?? [])
  })
})

test('what has no plan, or takes away, has nothing to export', () => {
  for (const request of [
    failedWhilePlanning,
    { ...samples.done, action: 'teardown' },
    { ...samples.failed, action: 'revoke' },
  ] as const)
    expect(JSON.stringify(requestCard(request, { decides: true }).buttons ?? [])).not.toContain('Export')
})

test('the plan: what is created, changed and in place, what it costs, who decides until when', () => {
  const text = textOf(requestCard(samples['awaiting-approval'], { decides: true }))
  expect(text).toContain('`+ create  ` private endpoint `pe-analytics-prod`: location westus3, subnet vnet-prod/endpoints')
  expect(text).toContain('`= in place` organization entry `acme`')
  expect(text).toContain('`~ change  ` allow list `analytics-prod`: GUID (known after apply), entries 1 → 2')
  expect(text).toContain('Creates 4, changes 1, deletes nothing. About 2 minutes. Same region: no inter-region charges.')
  expect(text).toContain('by <@U02BOB> or <@U03CAROL>, before <!date^1772460300^{date_short_pretty} {time}|2026-03-02 14:05 UTC>')
  expect(text).not.toContain('connection approved')
})

test('traffic between regions is called what it is', () => {
  const text = textOf(requestCard({ ...samples['awaiting-approval'], plan: { ...plan, crossRegion: true } }, { decides: true }))
  expect(text).toContain('inter-region traffic is billed by Azure')
})

test('a plan that changed after its approval says so', () => {
  const text = textOf(requestCard({ ...samples['awaiting-approval'], previousPlan: plan }, { decides: true }))
  expect(text).toContain('no longer what was approved')
  expect(text).not.toContain('*was*')
})

test('and marks what is otherwise, what is new and what fell away', () => {
  const [first, second, ...rest] = plan.steps
  if (first === undefined || second === undefined) throw new Error('a plan of fewer steps')
  const dropped = { ...second, id: 'connection', title: 'something else' } as const
  const previousPlan = { ...plan, steps: [{ ...first, change: { kind: 'none' } } as const, dropped, ...rest] }
  const text = textOf(requestCard({ ...samples['awaiting-approval'], previousPlan }, { decides: true }))
  expect(text).toContain('*now* `+ create  ` private endpoint')
  expect(text).toContain('*was* `= in place` private endpoint')
  expect(text).toContain('*new* `+ create  ` private DNS zone')
  expect(text).toContain('*no longer* `+ create  ` something else')
})

describe('taking away', () => {
  const steps: Plan['steps'] = [
    {
      id: 'allow-list-removal',
      title: 'allow list',
      resource: 'analytics-prod',
      change: { kind: 'delete', fields: [{ name: 'analytics-prod', before: 'g1' }] },
    },
    {
      id: 'private-endpoint-removal',
      title: 'private endpoint',
      resource: 'prod-westus3',
      change: { kind: 'none' },
      kept: true,
      note: 'kept: billing-prod still uses the endpoint',
    },
  ]
  const teardown = { ...samples['awaiting-approval'], action: 'teardown', plan: { ...plan, steps } } as const

  test('the plan says what goes, what stays and why', () => {
    const text = textOf(requestCard(teardown, { decides: true }))
    expect(text).toContain('Tear down Private Link: analytics-prod → prod-westus3')
    expect(text).toContain('`- delete  ` allow list `analytics-prod`: analytics-prod removed (was g1)')
    expect(text).toContain('`= as it is` private endpoint `prod-westus3`: kept: billing-prod still uses the endpoint')
    expect(text).toContain('Creates nothing, changes nothing, deletes 1.')
    expect(text).not.toContain('inter-region')
  })

  test('the end says what was left, and offers no connection', () => {
    const text = textOf(
      requestCard({ ...samples.done, action: 'teardown', plan: { ...plan, steps }, steps: {} }, { decides: true }),
    )
    expect(text).toContain('= private endpoint `prod-westus3`: left as it is')
    expect(text).not.toContain('Connect')
    expect(text).not.toContain('verified from the network')
  })

  test('nothing to take away', () => {
    const text = textOf(requestCard({ ...samples['nothing-to-do'], action: 'revoke' }, { decides: false }))
    expect(text).toContain('There is nothing to take away.')
    expect(text).not.toContain('clickhouse client')
  })
})

test('progress in words as well as symbols', () => {
  const text = textOf(requestCard(samples.applying, { decides: true }))
  expect(text).toContain('✔ private endpoint `pe-analytics-prod`: done in 41 s · GUID 3f1c… · 10.0.0.4')
  expect(text).toContain('▸ A record `*`: running')
  expect(text).toContain('· allow list `analytics-prod`: waiting')
  expect(text).toContain('· verified from the network: waiting')
  expect(text).toContain('approved by <@U02BOB>')
})

test('done: how long it took, how to connect, and what was seen', () => {
  const text = textOf(requestCard(samples.done, { decides: true }))
  expect(text).toContain('Done in 1 min 52 s, approved by <@U02BOB>')
  expect(text).toContain(
    `https://${plan.services[0].host}:8443\nclickhouse client --secure --host ${plan.services[0].host} --port 9440`,
  )
  expect(text).toContain('*Verified* from prod-westus3: healthy.')
})

test('done without a healthy verdict is not called verified', () => {
  const verdict = {
    code: 'worker-absent',
    severity: 'warn',
    title: 'No diagnostics worker answers in this network',
    detail: 'Nobody looked from inside.',
    remedy: { text: 'Start one.' },
    findings: [],
  } as const
  const text = textOf(requestCard({ ...samples.done, outcome: { verdict } }, { decides: true }))
  expect(text).toContain('*Not verified* from prod-westus3: No diagnostics worker answers in this network (`worker-absent`)')
  expect(text).toContain('*Fix*  Start one.')
})

test('failed: what was done, what was not, why, and the one next thing', () => {
  const text = textOf(requestCard(samples.failed, { decides: true }))
  expect(text).toContain(
    'Changed, and left so: private endpoint, private DNS zone. Begun, and perhaps changed: A record. Not done: virtual network link, allow list.',
  )
  expect(text).toContain('*Problem*  Azure does not let the bot write A records in rg-dns. (`AuthorizationFailed`)')
  expect(text).toContain('*Next*  Give the bot’s identity')
  expect(text).toContain('0f3c1d2e-aaaa-bbbb-cccc-1234567890ab')
})

test('failed while planning: nothing was changed, and nobody was asked', () => {
  const text = textOf(requestCard(failedWhilePlanning, { decides: false }))
  expect(text).toContain('request PL-42 · failed')
  expect(text).toContain('Nothing was changed.')
  expect(text).toContain('Did you mean analytics-prod?')
})

test.each(['rejected', 'expired', 'cancelled'] as const)('%s: nothing was changed, and how to ask again', (state) => {
  const text = textOf(requestCard(samples[state], { decides: false }))
  expect(text).toContain('Nothing was changed.')
  expect(text).toContain('To ask again: `/privatelink setup analytics-prod in prod-westus3`')
})

test('nothing to do: nobody had to approve anything, and how to connect', () => {
  const text = textOf(requestCard(samples['nothing-to-do'], { decides: false }))
  expect(text).toContain('Everything is already in place.')
  expect(text).toContain(`https://${plan.services[0].host}:8443`)
})

describe('who decided', () => {
  const vote = (by: typeof bob, minute: string) => ({ kind: 'approved', by, at: `2026-03-01T14:${minute}:00.000Z` }) as const
  const votes = [vote(bob, '05'), vote(carol, '07')]
  const decision = { kind: 'approved', by: carol, at: '2026-03-01T14:07:00.000Z' } as const
  const both = /by <@U02BOB> <!date[^>]*14:05 UTC> and <@U03CAROL> <!date[^>]*14:07 UTC>/

  test.each(['applying', 'done', 'failed'] as const)('%s: everyone who approved, with the time', (state) => {
    expect(textOf(requestCard({ ...samples[state], votes, decision }, { decides: false }))).toMatch(both)
  })

  test('cancelled: who cancelled, and who had approved', () => {
    const text = textOf(requestCard({ ...samples.cancelled, votes }, { decides: false }))
    expect(text).toMatch(/Cancelled by <@U01ALICE>/)
    expect(text).toMatch(both)
  })

  test('expired: nobody decided is said only where nobody did', () => {
    expect(textOf(requestCard(samples.expired, { decides: false }))).toContain('Nobody decided before')
    const { approval } = samples.expired
    if (approval === undefined) throw new Error('the sample has an approval')
    const text = textOf(
      requestCard({ ...samples.expired, approval: { ...approval, needed: 2 }, votes: [vote(bob, '05')] }, { decides: false }),
    )
    expect(text).toMatch(/Only <@U02BOB> <!date[^>]*14:05 UTC> approved before .*, and 2 were needed/)
    expect(text).not.toContain('Nobody decided')
  })

  test('a cancel that came too late leaves a trace', () => {
    const stopping = { kind: 'cancelled', by: alice, at: '2026-03-01T14:08:00.000Z' } as const
    for (const state of ['done', 'failed'] as const)
      expect(textOf(requestCard({ ...samples[state], stopping }, { decides: false }))).toMatch(
        /Cancelled by <@U01ALICE> .*, too late to stop it\./,
      )
  })

  test('cancelled after it was run without an approval: both are said, and who can review it', () => {
    const overrides = [{ by: bob, at: '2026-03-01T14:06:00.000Z', digest: 'd', reason: 'it burns' }]
    const card = requestCard({ ...samples.cancelled, overrides }, { decides: true })
    expect(textOf(card)).toContain('Run without an approval by <@U02BOB>')
    expect(textOf(card)).toContain('Somebody else has to review it: <@U03CAROL>.')
    expect(card.buttons?.map(({ label }) => label)).toEqual(['Reviewed', 'Export Terraform'])
  })
})

test('readers elsewhere are told where it is decided', () => {
  const text = textOf(requestCard(samples['awaiting-approval'], { decides: false }))
  expect(text).toContain('Waiting in <#C012ABC> for 1 approval, by <@U02BOB> or <@U03CAROL>')
})
