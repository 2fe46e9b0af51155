import type { webApi } from '@slack/bolt'
import { RetryableError } from '../../domain/errors.ts'
import type { Log } from '../../log.ts'
import { callSlack } from './errors.ts'

/** How often Slack is asked again while it does not answer, in milliseconds. */
const askEveryMs = 30_000

/**
 * Calls `found` with the id of the app that the token belongs to. Resolves after the first attempt, and repeats later. Needs the scope `users:read`:
 * without it `found` is never called.
 */
export async function learnOwnApp(
  client: webApi.WebClient,
  bot: string,
  { found, log, signal }: { found(appId: string): void; log: Log; signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return
  try {
    const { bot: info } = await callSlack(() => client.bots.info({ bot }))
    if (info?.app_id !== undefined) found(info.app_id)
  } catch (error) {
    log.warn({ err: error }, 'the id of our app is not known yet: requests of other apps are not refused')
    if (!(error instanceof RetryableError)) return
    setTimeout(() => learnOwnApp(client, bot, { found, log, signal }), error.retryAfterMs ?? askEveryMs).unref()
  }
}
