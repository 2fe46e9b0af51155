import type { webApi } from '@slack/bolt'
import { RetryableError } from '../../domain/errors.ts'
import type { Log } from '../../log.ts'
import { asking } from './errors.ts'

/** While Slack does not say which app we are, it is asked again this often, in milliseconds. */
const askEveryMs = 30_000

/** Tells which app the token belongs to, at once or when Slack says; never without the scope `users:read`. Resolves after it has asked once. */
export async function learnOwnApp(
  client: webApi.WebClient,
  bot: string,
  { found, log, signal }: { found(appId: string): void; log: Log; signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return
  try {
    const { bot: info } = await asking(() => client.bots.info({ bot }))
    if (info?.app_id !== undefined) found(info.app_id)
  } catch (error) {
    log.warn({ err: error }, 'requests of other apps are not told apart')
    if (!(error instanceof RetryableError)) return
    setTimeout(() => learnOwnApp(client, bot, { found, log, signal }), error.retryAfterMs ?? askEveryMs).unref()
  }
}
