import type { Seen } from '../../redis/records.ts'
import type { Refused } from '../chat/chat-metrics.ts'
import { type TeamsActivity, tenantsOf } from './activity.ts'
import { inTime } from './in-time.ts'
import { isTrusted, type TeamsSettings } from './settings.ts'

/** For how long an activity is remembered, in seconds: longer than its token lives. */
export const rememberSeconds = 2 * 3_600

/** Redis has so long to say whether an activity is new; in milliseconds. */
const seenWithinMs = 900

/** An authentic activity that must not be acted on. */
export class UnwantedActivity extends Error {
  override readonly name = 'UnwantedActivity'
  readonly why: Refused

  constructor(why: Refused) {
    super(`An activity was refused: ${why}.`)
    this.why = why
  }
}

/** Throws `UnwantedActivity` for an activity of another tenant, or one that names a host which is none of Teams'. */
export function checkOrigin(activity: TeamsActivity, settings: TeamsSettings): void {
  const { tenantId, isAuthenticated } = settings
  const tenants = tenantsOf(activity)
  const isOurs = tenants.every((tenant) => tenant === tenantId?.toLowerCase()) && (tenants.length > 0 || !isAuthenticated)
  if (tenantId !== undefined && !isOurs) throw new UnwantedActivity('wrong-tenant')
  if (activity.serviceUrl === undefined || !isTrusted(activity.serviceUrl, settings))
    throw new UnwantedActivity('wrong-service-url')
  if (settings.isAuthenticated && activity.channelId !== 'msteams') throw new UnwantedActivity('wrong-channel')
}

/** Whether an activity is acted on for the first time. While Redis does not say, it is not known. */
export async function isFirst(seen: Seen, { id, conversation }: TeamsActivity): Promise<boolean | undefined> {
  if (id === undefined) return true
  const answer = seen.first(`${conversation?.id ?? ''} ${id}`).catch(() => undefined)
  return await inTime(answer, seenWithinMs)
}
