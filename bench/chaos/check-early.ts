import { newest, type Observed, type Post, type Standing, type StoredRequest } from './observed.ts'

/** What a message says of a request: `request PL-42 · done`. */
const said = /request (PL-\d+) · ([a-z-]+)/g

/** Announcements that came before the world, or a person's click, had made them true. */
export function earlyIn({ posts, requests, standings, clicks, troubles, unanswered }: Observed): readonly string[] {
  const byId = new Map(requests.map((request) => [request.id, request]))
  const byService = Map.groupBy(standings, ({ service }) => service)
  const problems = new Set<string>()
  const mayBeLost = troubles.some(({ what }) => what.startsWith('redis'))
  for (const { chat, place, id: post, versions } of posts)
    for (const { at, text } of versions)
      for (const [, id = '', state = ''] of text.matchAll(said)) {
        const request = byId.get(id)
        if (request === undefined) {
          // A failover may lose what the next master had not yet: then it has to be said. The answer to a command, which comes to the person alone,
          // cannot be changed any more: for that one another message says it. Of a message whose answer the chat lost nobody knows.
          const saysLost = (each: Post) => newest(each).includes(`I do not have request ${id} any more`)
          const isAnswer = place.startsWith('to ')
          const isSaid = posts.some((each) => saysLost(each) && (isAnswer || each.id === post))
          const isExcused = place.endsWith(' alone') || isSaid || unanswered.includes(`${chat} ${post}`)
          if (!mayBeLost || !isExcused) problems.add(`${chat} ${place} shows ${id}, which is no request.`)
          continue
        }
        const clicked = (kind: string) => clicks.some((click) => click.request === id && click.kind === kind && click.at <= at)
        const from = Math.min(
          ...clicks.filter((click) => click.request === id && click.kind === 'approve').map((click) => click.at),
        )
        if (state === 'done' && !wasTrue(request, byService, { from, to: at }))
          problems.add(`${id} was called done in ${chat} ${place} before it was.`)
        if ((state === 'applying' || state === 'done') && !clicked('approve'))
          problems.add(`${id} was called ${state} in ${chat} ${place} before anybody approved it.`)
        if (state === 'rejected' && !clicked('reject')) problems.add(`${id} was called rejected before anybody rejected it.`)
        if (state === 'cancelled' && !clicked('cancel')) problems.add(`${id} was called cancelled before anybody cancelled it.`)
      }
  return [...problems]
}

/** Whether each of its services was at some time between the first approval and this moment as the request wanted it. */
function wasTrue(
  request: StoredRequest,
  byService: ReadonlyMap<string, readonly Standing[]>,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  return request.asked.services.every(({ service }) => {
    const standings = byService.get(service) ?? []
    return standings.some((standing, index) => {
      const until = standings[index + 1]?.at ?? Number.POSITIVE_INFINITY
      return standing.at <= to && until >= from && isMet(request.action, standing)
    })
  })
}

function isMet(action: string, { listed, endpoint, resolves }: Standing): boolean {
  if (action === 'setup') return listed && endpoint && resolves
  if (action === 'allow') return listed && endpoint
  return !listed
}
