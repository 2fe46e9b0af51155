import type { Observed, Post, Standing, StoredRequest } from '../../../../bench/chaos/observed.ts'

/** A day on which nothing went wrong: one setup in one network, approved in Slack. Tests doctor it. */

const start = 1_800_000_000_000

export const moments = { asked: start, approved: start + 1_000, true: start + 2_000, told: start + 3_000 }

export const card = (state: string) => `Set up Private Link: svc-00-0 → net-00\nrequest PL-1 · ${state}\nAsked by @asker1`

export const request: StoredRequest = {
  id: 'PL-1',
  action: 'setup',
  state: 'done',
  asked: { reason: 'ask 0', network: 'net-00', services: [{ service: 'svc-00-0' }] },
  approval: {},
  votes: [{ kind: 'approved', by: { key: 'person:Bob Builder' } }],
  steps: { 'private-endpoint': { changed: true, state: 'done' } },
}

const nowhere: Standing = {
  at: start,
  network: 'net-00',
  service: 'svc-00-0',
  listed: false,
  endpoint: false,
  resolves: false,
}

export function post(place: string, id: string, versions: Post['versions']): Post {
  return { chat: 'slack', id, place, deleted: false, versions }
}

const life = (place: string, id: string) =>
  post(place, id, [
    { at: moments.asked, text: card('awaiting-approval') },
    { at: moments.approved + 100, text: card('applying') },
    { at: moments.told, text: card('done') },
  ])

export const whole: Observed = {
  seed: 1,
  asks: [
    {
      tag: 'ask 0',
      action: 'setup',
      service: 'svc-00-0',
      network: 'net-00',
      chat: 'slack',
      place: 'data',
      asker: 'asker1',
      fate: 'approve',
    },
  ],
  clicks: [{ request: 'PL-1', kind: 'approve', at: moments.approved }],
  requests: [request],
  audit: [
    { request: 'PL-1', event: 'created', state: 'planning' },
    { request: 'PL-1', event: 'approve', state: 'applying' },
    { request: 'PL-1', event: 'finish', state: 'done' },
  ],
  standings: [nowhere, { ...nowhere, at: moments.true, listed: true, endpoint: true, resolves: true }],
  endpoints: [{ id: '/endpoint', network: 'net-00', from: moments.true }],
  posts: [
    life('data', '1'),
    life('approvals', '2'),
    post('to asker1', '3', [{ at: moments.told, text: 'Set up Private Link: svc-00-0 → net-00 (request PL-1 · done)' }]),
  ],
  unanswered: [],
  troubles: [],
  leftovers: { listedTwice: [], orphanedIds: [], danglingRecords: [], inOrganization: ['net-00'] },
  approvalPlaces: { 'net-00': ['slack approvals'] },
  jobsLeft: {},
  unshown: [],
  auditVerified: { status: 0, text: 'whole' },
}
