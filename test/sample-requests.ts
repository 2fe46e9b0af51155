import type { Verdict } from '../src/domain/diagnosis/finding.ts'
import type { Person } from '../src/domain/person.ts'
import { digestOf, knownAfterApply, type Plan } from '../src/domain/plan.ts'
import { newRequest, type Request, type RequestState, type StepProgress } from '../src/domain/request.ts'
import type { Service } from '../src/domain/target.ts'
import { openApproval } from './open-approval.ts'

/** Requests in every state, as the jobs process would have written them. */

export const alice: Person = { key: 'person:Alice Adams', name: 'Alice Adams', accounts: { slack: 'U01ALICE' } }
export const bob: Person = { key: 'person:Bob Builder', name: 'Bob Builder', accounts: { slack: 'U02BOB' } }
export const carol: Person = { key: 'person:Carol Jones', name: 'Carol Jones', accounts: { slack: 'U03CAROL' } }

export const approvals = { surface: 'slack', id: 'C012ABC' } as const
export const data = { surface: 'slack', id: 'C034DEF' } as const

const zone = 'westus3.privatelink.azure.clickhouse.cloud'
const alias = 'production-westus3-0-0.3f2a9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.westus3.azure.privatelinkservice'

const host = `q7k3m9x2wb.${zone}`
const service: Service = {
  organizationId: '6f1a2c7e-55a1-4a0e-9d5e-0c4b1d2f3a41',
  organizationName: 'acme',
  id: '9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10',
  name: 'analytics-prod',
  provider: 'azure',
  region: 'westus3',
  state: 'running',
}

export const plan: Plan = {
  services: [{ service, host }],
  network: 'prod-westus3',
  alias,
  crossRegion: false,
  steps: [
    {
      id: 'private-endpoint',
      title: 'private endpoint',
      resource: 'pe-analytics-prod',
      change: {
        kind: 'create',
        fields: [
          { name: 'location', after: 'westus3' },
          { name: 'subnet', after: 'vnet-prod/endpoints' },
          { name: 'alias', after: alias },
        ],
      },
    },
    {
      id: 'dns-zone',
      title: 'private DNS zone',
      resource: zone,
      change: { kind: 'create', fields: [{ name: 'resource group', after: 'rg-dns' }] },
    },
    {
      id: 'dns-record',
      title: 'A record',
      resource: '*',
      change: {
        kind: 'create',
        fields: [
          { name: 'address', after: knownAfterApply },
          { name: 'TTL', after: '300 s' },
        ],
      },
    },
    {
      id: 'network-link',
      title: 'virtual network link',
      resource: 'vnet-prod',
      change: { kind: 'create', fields: [{ name: 'registration', after: 'off' }] },
    },
    { id: 'organization-entry', title: 'organization entry', resource: 'acme', change: { kind: 'none' } },
    {
      id: 'allow-list',
      title: 'allow list',
      resource: 'analytics-prod',
      change: {
        kind: 'update',
        fields: [
          { name: 'GUID', after: knownAfterApply },
          { name: 'entries', before: '1', after: '2' },
        ],
      },
    },
  ],
}

export const digest = digestOf(plan)

export const healthy: Verdict = {
  code: 'healthy',
  severity: 'ok',
  title: 'Healthy',
  detail: 'The name leads to 10.0.0.4, both ports speak verified TLS, and the service answers Ok. in 38 ms.',
  remedy: { text: 'Nothing is needed.' },
  findings: [],
}

export const askedAt = '2026-03-01T14:05:00.000Z'
const at = (seconds: number) => new Date(Date.parse('2026-03-01T14:07:00.000Z') + seconds * 1_000).toISOString()

const done = (from: number, to: number, note?: string): StepProgress => ({
  state: 'done',
  startedAt: at(from),
  finishedAt: at(to),
  changed: true,
  ...(note !== undefined && { note }),
})

const planning: Request = newRequest('PL-42', {
  by: alice,
  place: data,
  at: askedAt,
  services: [{ service: 'analytics-prod' }],
  network: 'prod-westus3',
  reason: 'BI moves into the VNet',
})

const awaiting: Request = {
  ...planning,
  state: 'awaiting-approval',
  plan,
  digest,
  approval: openApproval({
    approvers: [bob, carol],
    places: [approvals],
    askedAt,
    expiresAt: '2026-03-02T14:05:00.000Z',
  }),
}

const approved = { kind: 'approved', by: bob, at: at(0) } as const

const applying: Request = {
  ...awaiting,
  state: 'applying',
  decision: approved,
  applyingSince: at(0),
  steps: {
    'private-endpoint': done(0, 41, 'GUID 3f1c… · 10.0.0.4'),
    'dns-zone': done(0, 12),
    'dns-record': { state: 'running', startedAt: at(41), changed: true },
  },
}

const complete: Request = {
  ...applying,
  state: 'done',
  endedAt: at(112),
  steps: {
    ...applying.steps,
    'dns-record': done(41, 43),
    'network-link': done(12, 50),
    'organization-entry': { state: 'done', startedAt: at(41), finishedAt: at(41), changed: false },
    'allow-list': done(42, 44),
    connection: { state: 'done', startedAt: at(44), finishedAt: at(80), changed: false, note: 'Approved' },
    verification: { state: 'done', startedAt: at(80), finishedAt: at(112), changed: false },
  },
  outcome: { verdict: healthy, address: '10.0.0.4', guid: '3f1c8a52-0000-4000-8000-1234567890ab' },
}

const failed: Request = {
  ...applying,
  state: 'failed',
  endedAt: at(43),
  steps: {
    ...applying.steps,
    'dns-record': {
      state: 'failed',
      startedAt: at(41),
      finishedAt: at(43),
      changed: true,
      note: 'Azure does not let the bot write A records in rg-dns.',
    },
  },
  outcome: {
    problem: {
      code: 'AuthorizationFailed',
      message: 'Azure does not let the bot write A records in rg-dns.',
      remedy: 'Give the bot’s identity the role Private DNS Zone Contributor on rg-dns, then run setup again.',
      vendorRequestId: '0f3c1d2e-aaaa-bbbb-cccc-1234567890ab',
    },
  },
}

export const samples: Readonly<Record<RequestState, Request>> = {
  planning,
  'awaiting-approval': awaiting,
  applying,
  done: complete,
  failed,
  rejected: { ...awaiting, state: 'rejected', decision: { kind: 'rejected', by: bob, at: at(0) }, endedAt: at(0) },
  expired: { ...awaiting, state: 'expired', endedAt: '2026-03-02T14:05:00.000Z' },
  cancelled: { ...awaiting, state: 'cancelled', decision: { kind: 'cancelled', by: alice, at: at(0) }, endedAt: at(0) },
  'nothing-to-do': {
    ...planning,
    state: 'nothing-to-do',
    plan: { ...plan, steps: plan.steps.map((step) => ({ ...step, change: { kind: 'none' as const } })) },
    outcome: { verdict: healthy, address: '10.0.0.4' },
    endedAt: at(0),
  },
}

export const failedWhilePlanning: Request = {
  ...planning,
  state: 'failed',
  endedAt: at(0),
  outcome: {
    problem: {
      code: 'service-unknown',
      message: '"analytcs-prod" is not a service of acme.',
      remedy: 'Did you mean analytics-prod? Run setup again with that name.',
    },
  },
}
