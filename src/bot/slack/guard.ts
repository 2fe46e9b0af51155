import type { App, BufferedIncomingMessage } from '@slack/bolt'
import type { Seen } from '../../redis/records.ts'

/** How far the sender's clock may be ahead of ours, in seconds. */
const aheadSeconds = 60

/** For how long a signature is remembered; Slack's requests are refused as too old after five minutes. */
export const rememberSeconds = 600

/** A signed request that must not be acted on. */
export class UnwantedRequest extends Error {
  override readonly name = 'UnwantedRequest'
  /** Makes it one of Bolt's coded errors, which reach the receiver unwrapped. */
  readonly code = 'unwanted-request'
}

/** What the guard needs to know of an HTTP request, on the way from the receiver. */
export function signatureOf({ headers }: BufferedIncomingMessage): { sentAt: number; signature: string } {
  return { sentAt: Number(headers['x-slack-request-timestamp']), signature: String(headers['x-slack-signature']) }
}

/**
 * Bolt's signature check lets timestamps of the future pass, and the same request any number of times. This runs after it, so that only Slack's own
 * signatures are remembered. While Redis cannot say whether a signature is new, `context.unchecked` is set: nobody may act on the request.
 */
export function guard(app: App, options: { seen: Seen; now: () => number; teamId: string | undefined; http: boolean }): void {
  const { seen, now, teamId, http } = options
  app.use(async ({ context, next }) => {
    if (teamId !== undefined && context.teamId !== undefined && context.teamId !== teamId && !context.isEnterpriseInstall) {
      throw new UnwantedRequest('A request from another workspace.')
    }
    if (http) {
      if (!(context.sentAt <= now() / 1_000 + aheadSeconds)) throw new UnwantedRequest('A request from the future.')
      const first = await seen.first(context.signature).catch(() => undefined)
      if (first === false) throw new UnwantedRequest('A request that was already answered.')
      if (first === undefined) context.unchecked = true
    }
    await next()
  })
}
