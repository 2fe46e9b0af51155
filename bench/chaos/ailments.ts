import type { TeamsSandbox } from '../../sandbox/teams/start.ts'
import type { Call, Refusal, World } from '../../sandbox/world.ts'
import type { Ailment } from './plan.ts'
import { type Random, randomOf } from './random.ts'

/** What the vendors do wrong, while the plan says so. */

export interface Ailments {
  begin(ailment: Ailment, share: number): void
  end(ailment: Ailment): void
  /** Posts, as `chat id`, whose answer was lost. */
  readonly unanswered: ReadonlySet<string>
}

/** `newest`: the message that a chat has posted last, as `chat id`. */
export function openAilments(
  { world, teams, seed }: { world: World; teams: TeamsSandbox; seed: number },
  newest: (chat: 'slack' | 'teams') => string,
): Ailments {
  const shares = new Map<Ailment, number>()
  const unanswered = new Set<string>()
  const randoms = new Map<string, Random>()
  const isDue = (ailment: Ailment): boolean => {
    const share = shares.get(ailment)
    if (share === undefined) return false
    const random = randoms.get(ailment) ?? randomOf(seed, `calls ${ailment}`)
    randoms.set(ailment, random)
    return random.chance(share)
  }

  world.gate = async (call, phase) => {
    if (phase === 'answered') {
      if (call.vendor === 'arm' && isDue('arm-times-out')) return arm(503, 'ServerTimeout', 'The request timed out.')
      if (call.vendor !== 'slack' || !isDue('slack-loses-answers')) return undefined
      if (call.path.endsWith('/chat.postMessage')) unanswered.add(newest('slack'))
      return { status: 502, body: { ok: false, error: 'bad_gateway' } }
    }
    return refusalOf(call, isDue)
  }
  teams.fail({ status: 429, code: 'TooManyRequests', headers: { 'retry-after': '1' } }, Number.POSITIVE_INFINITY, () =>
    isDue('teams-refuses'),
  )
  teams.lose(({ method }) => {
    if (!isDue('teams-loses-answers')) return false
    if (method === 'POST') unanswered.add(newest('teams'))
    return true
  })
  return {
    begin: (ailment, share) => void shares.set(ailment, share),
    end: (ailment) => void shares.delete(ailment),
    unanswered,
  }
}

function refusalOf({ vendor, method }: Call, isDue: (ailment: Ailment) => boolean): Refusal | undefined {
  switch (vendor) {
    case 'arm':
      if (isDue('arm-throttles'))
        return arm(429, 'SubscriptionRequestsThrottled', 'Number of requests exceeded.', { 'retry-after': '1' })
      if (isDue('arm-fails')) return arm(500, 'InternalServerError', 'An error occurred.')
      if (method !== 'GET' && isDue('arm-is-busy'))
        return arm(429, 'AnotherOperationInProgress', 'Another operation on this or a dependent resource is in progress.')
      return undefined
    case 'clickhouse':
      if (isDue('clickhouse-throttles'))
        return clickhouse(429, 'TOO_MANY_REQUESTS: Rate limit exceeded, please try again later', {
          'X-RateLimit-Limit': '10',
          'X-RateLimit-Remaining': '0',
          'X-RateLimit-Reset': '1.000',
        })
      return isDue('clickhouse-fails') ? clickhouse(503, 'SERVICE_UNAVAILABLE: Please try again later') : undefined
    case 'slack':
      return isDue('slack-refuses')
        ? { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } }
        : undefined
    default:
      return undefined
  }
}

function arm(status: number, code: string, message: string, headers: Record<string, string> = {}): Refusal {
  return { status, headers, body: { error: { code, message } } }
}

function clickhouse(status: number, error: string, headers: Record<string, string> = {}): Refusal {
  return { status, headers, body: { status, error } }
}
