import { describe, expect, test } from 'vitest'
import { type Broken, check } from '../../../../bench/chaos/check.ts'
import type { Observed } from '../../../../bench/chaos/observed.ts'
import { card, moments, post, request, whole } from './doctored.ts'

/** The check of the bad day can fail: each doctored history is red where it must be, and nowhere else. */

const [data, approvals, notice] = whole.posts
const [ask] = whole.asks
const [nowhere, reachable] = whole.standings
if (data === undefined || approvals === undefined || notice === undefined || ask === undefined) throw new Error('no day')
if (nowhere === undefined || reachable === undefined) throw new Error('no standings')

const secondCard = post('data', '9', [{ at: moments.told, text: card('done') }])
const ended = (state: string, more: Partial<Observed>): Partial<Observed> => ({
  requests: [{ ...request, state, votes: [], steps: {} }],
  audit: [{ request: 'PL-1', event: 'x', state }],
  standings: [nowhere],
  endpoints: [],
  leftovers: { ...whole.leftovers, inOrganization: [] },
  posts: [
    post('data', '1', [{ at: moments.told, text: card(state) }]),
    post('to asker1', '3', [{ at: moments.told, text: `(request PL-1 · ${state})` }]),
  ],
  ...more,
})

test('a day on which nothing went wrong is whole', () => {
  expect(check(whole)).toEqual({ lost: [], doubled: [], early: [], wrong: [] })
})

test('so is a request that was rejected, cancelled or left until it expired', () => {
  for (const [state, fate, kind] of [
    ['rejected', 'reject', 'reject'],
    ['cancelled', 'cancel', 'cancel'],
  ] as const) {
    const clicks = [{ request: 'PL-1', kind, at: moments.approved }]
    expect(check({ ...whole, ...ended(state, { asks: [{ ...ask, fate }], clicks }) })).toEqual(check(whole))
  }
  expect(check({ ...whole, ...ended('expired', { asks: [{ ...ask, fate: 'leave' }], clicks: [] }) })).toEqual(check(whole))
})

const locked: Partial<Observed> = {
  requests: [{ ...request, state: 'failed', votes: [], steps: {}, outcome: { problem: { code: 'ScopeLocked', message: '' } } }],
  audit: [{ request: 'PL-1', event: 'x', state: 'failed' }],
  posts: ended('failed', {}).posts ?? [],
}

test('so is a request that a lock made fail, and one that kept what was locked', () => {
  const troubles = [{ from: moments.asked, to: moments.approved, what: 'lock rg-network' }]
  expect(check({ ...whole, ...ended('failed', { ...locked, troubles }) })).toEqual(check(whole))
  const steps = { 'private-endpoint': { state: 'done', note: 'kept: following scope(s) are locked: rg-network' } }
  const requests = [{ ...request, action: 'teardown', steps }]
  const asks = [{ ...ask, action: 'teardown' as const }]
  const { wrong } = check({ ...whole, requests, asks, standings: [reachable, { ...nowhere, at: moments.true, endpoint: true }] })
  expect(wrong).toEqual([])
})

const doctored: readonly [what: string, kind: keyof Broken, change: Partial<Observed>, says: RegExp][] = [
  ['a failure by a lock that nobody set', 'wrong', ended('failed', locked), /was to be done, and is failed \(ScopeLocked/],
  ['an ask that is no request', 'lost', { asks: [ask, { ...ask, tag: 'ask 1' }] }, /ask 1 is no request/],
  [
    'a request that never ends',
    'lost',
    {
      requests: [
        request,
        { ...request, id: 'PL-2', state: 'applying', votes: [], asked: { ...request.asked, reason: 'ask 0b' } },
      ],
      asks: [ask, { ...ask, tag: 'ask 0b' }],
    },
    /PL-2 has not ended/,
  ],
  ['a job that is left', 'lost', { jobsLeft: { work: 1 } }, /queue work is not empty/],
  ['a version that chat does not show', 'lost', { unshown: ['PL-1'] }, /does not show the newest of PL-1/],
  [
    'a card that never says the end',
    'lost',
    { posts: [{ ...data, versions: data.versions.slice(0, 2) }, approvals, notice] },
    /slack data does not say that PL-1 is done/,
  ],
  ['a lost message to the person who asked', 'lost', { posts: [data, approvals] }, /to asker1 does not say/],
  [
    'a card of the approvers that stays behind',
    'lost',
    { posts: [data, { ...approvals, versions: approvals.versions.slice(0, 2) }, notice] },
    /approvals does not say/,
  ],
  [
    'a second request for one ask',
    'doubled',
    {
      requests: [request, { ...request, id: 'PL-2' }],
      posts: whole.posts.flatMap((each) => [
        each,
        {
          ...each,
          id: `${each.id}b`,
          versions: each.versions.map(({ at, text }) => ({ at, text: text.replace('PL-1', 'PL-2') })),
        },
      ]),
      clicks: ['PL-1', 'PL-2'].map((id) => ({ request: id, kind: 'approve' as const, at: moments.approved })),
    },
    /ask 0 is several requests/,
  ],
  [
    'a request that ended twice',
    'doubled',
    { audit: [...whole.audit, { request: 'PL-1', event: 'finish', state: 'done' }] },
    /PL-1 ended 2 times/,
  ],
  [
    'a vote that counts twice',
    'doubled',
    { requests: [{ ...request, votes: [...(request.votes ?? []), ...(request.votes ?? [])] }] },
    /a person counts twice/,
  ],
  [
    'a second endpoint',
    'doubled',
    { endpoints: [...whole.endpoints, { id: '/other', network: 'net-00', from: moments.true, to: moments.told }] },
    /two endpoints at once/,
  ],
  [
    'an id that stands twice on a list',
    'doubled',
    { leftovers: { ...whole.leftovers, listedTwice: ['svc-00-0'] } },
    /twice on the list/,
  ],
  [
    'two entries of an organization',
    'doubled',
    { leftovers: { ...whole.leftovers, inOrganization: ['net-00', 'net-00'] } },
    /in its organization twice/,
  ],
  [
    'a second card without a reason',
    'doubled',
    { posts: [data, secondCard, approvals, notice] },
    /slack data shows PL-1 2 times/,
  ],
  [
    'a second notice without a reason',
    'doubled',
    { posts: [data, approvals, notice, { ...notice, id: '4' }] },
    /to asker1 shows PL-1 2 times/,
  ],
  [
    'a setup that was called done too early',
    'early',
    { standings: [nowhere, { ...reachable, at: moments.told + 1 }] },
    /called done in slack data before it was/,
  ],
  [
    'a setup whose name did not resolve yet',
    'early',
    { standings: [nowhere, { ...reachable, resolves: false }, { ...reachable, at: moments.told + 1 }] },
    /called done/,
  ],
  [
    'a setup that was true only before it was approved',
    'early',
    {
      standings: [
        { ...reachable, at: moments.asked - 9_000 },
        { ...nowhere, at: moments.asked },
        { ...reachable, at: moments.told + 1 },
      ],
    },
    /called done/,
  ],
  [
    'a request that ran before anybody approved it',
    'early',
    { clicks: [{ request: 'PL-1', kind: 'approve', at: moments.told + 1 }] },
    /called applying .* before anybody approved/,
  ],
  [
    'a message about what is no request',
    'early',
    { posts: [...whole.posts, post('data', '8', [{ at: moments.told, text: card('done').replace('PL-1', 'PL-7') }])] },
    /PL-7, which is no request/,
  ],
  ['an approved request that failed', 'wrong', ended('failed', { clicks: [] }), /was to be done, and is failed/],
  ['a request of nobody', 'wrong', { asks: [], requests: [request] }, /asked for by nobody/],
  ['a done request without an approval', 'wrong', { requests: [{ ...request, votes: [] }] }, /done without an approval/],
  [
    'an audit that does not verify',
    'wrong',
    { auditVerified: { status: 1, text: 'entry 3 was changed' } },
    /entry 3 was changed/,
  ],
  [
    'a service that was not allowed in the end',
    'wrong',
    { standings: [nowhere, reachable, { ...reachable, at: moments.told + 9, listed: false }] },
    /does not admit net-00/,
  ],
  [
    'a record that is gone',
    'wrong',
    { standings: [nowhere, reachable, { ...reachable, at: moments.told + 9, resolves: false }] },
    /cannot be reached from net-00/,
  ],
  [
    'an endpoint that is gone',
    'wrong',
    { endpoints: [{ id: '/endpoint', network: 'net-00', from: moments.true, to: moments.told + 9 }] },
    /net-00 has no endpoint/,
  ],
  [
    'an organization without the entry',
    'wrong',
    { leftovers: { ...whole.leftovers, inOrganization: [] } },
    /does not list its endpoint/,
  ],
  [
    'an id that leads nowhere',
    'wrong',
    { leftovers: { ...whole.leftovers, orphanedIds: ['svc-00-0 abc'] } },
    /names an endpoint that does not exist/,
  ],
  [
    'a record that leads nowhere',
    'wrong',
    { leftovers: { ...whole.leftovers, danglingRecords: ['*.zone'] } },
    /leads to no endpoint/,
  ],
]

describe('a doctored day', () => {
  test.each(doctored)('%s is %s', (_what, kind, change, says) => {
    const broken = check({ ...whole, ...change })
    expect(broken[kind].join('\n')).toMatch(says)
    const others = Object.entries(broken).filter(([other]) => other !== kind)
    expect(others.flatMap(([, sentences]) => sentences)).toEqual([])
  })
})

describe('a message about what Redis lost', () => {
  const text = card('done').replace('PL-1', 'PL-7')
  const asked = { at: moments.asked, text: text.replace('done', 'planning') }
  const lost = { at: moments.told, text: 'I do not have request PL-7 any more: another Redis server took over.' }
  const troubles = [{ from: moments.approved, to: moments.told, what: 'redis-dies' }]
  test('is right where it says so', () => {
    const posts = [...whole.posts, post('data', '8', [asked, lost])]
    expect(check({ ...whole, posts, troubles })).toEqual(check(whole))
    expect(check({ ...whole, posts }).early).toHaveLength(1)
  })

  test('is right too where the chat lost the answer of its post', () => {
    const posts = [...whole.posts, post('data', '8', [asked])]
    expect(check({ ...whole, posts, troubles, unanswered: ['slack 8'] })).toEqual(check(whole))
    expect(check({ ...whole, posts, troubles }).early).toHaveLength(1)
  })
  test('is right where it answered a command and another message says so', () => {
    const answer = post('to asker1', '8', [asked])
    expect(check({ ...whole, posts: [...whole.posts, answer, post('data', '9', [lost])], troubles })).toEqual(check(whole))
    expect(check({ ...whole, posts: [...whole.posts, answer], troubles }).early).toHaveLength(1)
  })
  test('is wrong where it does not', () => {
    const posts = [...whole.posts, post('data', '8', [asked])]
    expect(check({ ...whole, posts, troubles }).early).toHaveLength(1)
  })
})

describe('an allow that failed', () => {
  const failed = (code: string) => {
    const day = ended('failed', { asks: [{ ...ask, action: 'allow' }], clicks: [] })
    const requests = [{ ...request, action: 'allow', state: 'failed', votes: [], steps: {}, outcome: { problem: { code } } }]
    return check({ ...whole, ...day, requests }).wrong
  }
  test('is right where there was no endpoint', () => {
    expect(failed('endpoint-absent')).toEqual([])
  })
  test('is wrong for any other reason', () => {
    expect(failed('worker-absent')).toHaveLength(1)
    // The endpoint never stood without its record.
    expect(failed('dns-record-absent')).toHaveLength(1)
  })
})

describe('two messages where there should be one', () => {
  test('are right where one answered a command in person', () => {
    const answer = post('to asker1', '9', [{ at: moments.approved, text: card('applying') }])
    const end = post('to asker1', '8', [{ at: moments.told, text: card('done') }])
    expect(check({ ...whole, posts: [data, approvals, answer, end] })).toEqual(check(whole))
    expect(check({ ...whole, posts: [data, approvals, { ...end, id: '7' }, end] }).doubled).toHaveLength(1)
  })
  test('are excused where the answer of one was lost', () => {
    expect(check({ ...whole, posts: [data, secondCard, approvals, notice], unanswered: ['slack 9'] }).doubled).toEqual([])
  })
  test('are excused where its sender died', () => {
    const troubles = [{ from: moments.told + 1_000, to: moments.told + 2_000, what: 'kill bot-0' }]
    expect(check({ ...whole, posts: [data, secondCard, approvals, notice], troubles }).doubled).toEqual([])
  })
  test('are not excused by the death of a process that posts nothing', () => {
    const troubles = [{ from: moments.told + 1_000, to: moments.told + 2_000, what: 'kill jobs-0' }]
    expect(check({ ...whole, posts: [data, secondCard, approvals, notice], troubles }).doubled).toHaveLength(1)
  })
  test('are not excused by a trouble long after', () => {
    const troubles = [{ from: moments.told + 60_000, to: moments.told + 61_000, what: 'kill bot-0' }]
    expect(check({ ...whole, posts: [data, secondCard, approvals, notice], troubles }).doubled).toHaveLength(1)
  })
})
