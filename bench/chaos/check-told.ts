import { endStates, newest, type Observed, type Post } from './observed.ts'

/** How long before a trouble a message may have been posted that could not be noted any more, in milliseconds. */
const beforeTroubleMs = 2_000

/** Whether everybody was told how each request ended, and once. */
export function toldIn(observed: Observed): { readonly lost: readonly string[]; readonly doubled: readonly string[] } {
  const lost: string[] = []
  const doubled: string[] = []
  const byRequest = new Map<string, Post[]>()
  for (const post of observed.posts) {
    if (post.deleted) continue
    const text = newest(post)
    for (const id of new Set([...text.matchAll(/request (PL-\d+) · /g)].map(([, each = '']) => each)))
      byRequest.set(id, [...(byRequest.get(id) ?? []), post])
  }
  const asks = new Map(observed.asks.map((ask) => [ask.tag, ask]))
  for (const request of observed.requests) {
    const ask = asks.get(request.asked.reason ?? '')
    if (ask === undefined) continue
    const own = byRequest.get(request.id) ?? []
    const at = (chat: string, place: string) => own.filter((post) => post.chat === chat && post.place === place)
    const places = [
      { chat: ask.chat, place: ask.place, mustBe: true },
      { chat: ask.chat, place: `to ${ask.asker}`, mustBe: true },
      // Of what is over before it was posted, the approvers need no message.
      ...(observed.approvalPlaces[request.asked.network] ?? []).map((each) => {
        const [chat = '', place = ''] = each.split(' ')
        return { chat, place, mustBe: false }
      }),
    ]
    for (const { chat, place, mustBe } of places) {
      const there = at(chat, place)
      const cards = there.filter((post) => isCard(post, request.id))
      // What answers a command, which may come in person, stays as it was.
      const counted = cards.filter((post) => !place.startsWith('to ') || saysEnd(post, request.id))
      const isSaid = there.some((post) => newest(post).includes(`request ${request.id} · ${request.state}`))
      // A message of which nobody could know stays as it is, until somebody clicks on it.
      const isKnown = cards.some((post) => !isExcused(observed, post))
      if (!isSaid && (mustBe || isKnown)) lost.push(`${chat} ${place} does not say that ${request.id} is ${request.state}.`)
      // The card is one message; beside it, each notice is one.
      const notices = Map.groupBy(
        there.filter((post) => !cards.includes(post)),
        ({ versions }) => versions[0]?.text,
      )
      for (const same of [counted, ...notices.values()]) {
        const unexcused = same.filter((post) => !isExcused(observed, post)).length
        // Each new plan is told, in the same words.
        const most = same === counted ? 1 : Math.max(1, planChanges(observed, request.id))
        if (unexcused > most) doubled.push(`${chat} ${place} shows ${request.id} ${same.length} times.`)
      }
    }
  }
  return { lost, doubled }
}

/** A card says the state on a line of its own, a notice in a sentence. */
function isCard({ versions }: Post, id: string): boolean {
  return versions.some(({ text }) => text.split('\n').some((line) => line.trim().startsWith(`request ${id} · `)))
}

function saysEnd(post: Post, id: string): boolean {
  return endStates.some((state) => newest(post).includes(`request ${id} · ${state}`))
}

function planChanges({ audit }: Observed, id: string): number {
  return audit.filter(({ request, event }) => request === id && event === 'plan-changed').length
}

/** Whether nobody could know that it was posted: its answer was lost, or who posted it could not note it. */
function isExcused({ unanswered, troubles }: Observed, { chat, id, versions }: Post): boolean {
  if (unanswered.includes(`${chat} ${id}`)) return true
  const at = versions[0]?.at ?? 0
  return troubles.some(
    ({ from, to, what }) => /redis|bot/.test(what) && at >= from - beforeTroubleMs && at <= to + beforeTroubleMs,
  )
}
