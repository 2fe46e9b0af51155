import type { App, BufferedIncomingMessage } from '@slack/bolt'
import type { Seen } from '../../redis/records.ts'
import type { Refused } from '../metrics.ts'

/** How far the sender's clock may be ahead of ours, in seconds. */
const aheadSeconds = 60

/** Slack's own bound, which Bolt holds, in seconds. */
export const tooOldSeconds = 300

/** For how long a signature is remembered; Slack's requests are refused as too old before that. */
export const rememberSeconds = 2 * tooOldSeconds

/** A signed request that must not be acted on. */
export class UnwantedRequest extends Error {
  override readonly name = 'UnwantedRequest'
  /** Makes it one of Bolt's coded errors, which reach the receiver unwrapped. */
  readonly code = 'unwanted-request'
  readonly why: Refused

  constructor(why: Refused) {
    super(`A request was refused: ${why}.`)
    this.why = why
  }
}

/** What the guard needs to know of an HTTP request, on the way from the receiver. */
export function signatureOf({ headers }: BufferedIncomingMessage): { sentAt: number; signature: string } {
  return { sentAt: Number(headers['x-slack-request-timestamp']), signature: String(headers['x-slack-signature']) }
}

export interface GuardOptions {
  readonly seen: Seen
  readonly now: () => number
  /** Whose requests we take; unknown while Slack does not say. */
  readonly teamId: string | undefined
  readonly appId: string | undefined
  readonly http: boolean
}

/**
 * Bolt's signature check lets timestamps of the future pass, and the same request any number of times. This runs after it, so that only Slack's own
 * signatures are remembered. While Redis cannot say whether a signature is new, `context.unchecked` is set: nobody may act on the request.
 */
export function guard(app: App, { seen, now, teamId, appId, http }: GuardOptions): void {
  app.use(async ({ context, body, next }) => {
    if (teamId !== undefined && context.teamId !== undefined && context.teamId !== teamId && !context.isEnterpriseInstall) {
      throw new UnwantedRequest('wrong-workspace')
    }
    const sender: unknown = Reflect.get(body, 'api_app_id')
    if (appId !== undefined && sender !== undefined && sender !== appId) throw new UnwantedRequest('wrong-app')
    if (http) {
      if (!(context.sentAt <= now() / 1_000 + aheadSeconds)) throw new UnwantedRequest('from-the-future')
      const first = await seen.first(context.signature).catch(() => undefined)
      if (first === false) throw new UnwantedRequest('replayed')
      if (first === undefined) context.unchecked = true
    }
    await next()
  })
}
