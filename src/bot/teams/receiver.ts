import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Activity, InvokeResponse } from 'botbuilder'
import type { Log } from '../../log.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import { activitySchema, type TeamsActivity } from './activity.ts'
import type { TeamsAdapter } from './adapter.ts'
import { type Authenticator, NotAuthentic } from './authentication.ts'
import { checkOrigin, UnwantedActivity } from './guard.ts'
import type { TeamsSettings } from './settings.ts'

/** Activities of Teams are smaller. Many unfinished ones at once must not fill the memory. In bytes. */
const longestBody = 300_000

/** So long a body may take to come, in milliseconds. */
const bodyWithinMs = 5_000

interface ReceiverOptions {
  readonly settings: TeamsSettings
  readonly authenticator: Authenticator
  readonly adapter: TeamsAdapter
  readonly metrics: Pick<ChatMetrics, 'refused'>
  readonly log: Log
  /** Acts on an activity that is authentic and of our tenant. Returns what an invoke is answered with. */
  turn(activity: TeamsActivity): Promise<InvokeResponse | undefined>
}

/** `POST /api/messages`: 400 for what is no activity, 401 for what Teams did not send, 403 for what it did not send to us, 413 for what is too long. */
export function createReceiver({ settings, authenticator, adapter, metrics, log, turn }: ReceiverOptions) {
  const answer = async (request: IncomingMessage): Promise<{ readonly status: number; readonly body?: unknown }> => {
    const bytes = await bodyOf(request)
    if (bytes === undefined) return { status: 413 }
    const raw = parsed(bytes)
    const activity = activitySchema.safeParse(raw)
    if (!activity.success) return { status: 400 }
    const sdkActivity = Object(raw) as Activity
    const authentic = await authenticator.authenticate(sdkActivity, request.headers.authorization)
    checkOrigin(activity.data, settings)
    const reply = await adapter.run(authentic, sdkActivity, async (context) => {
      const invoked = await turn(activity.data)
      if (invoked !== undefined) await context.sendActivity({ type: 'invokeResponse', value: invoked })
    })
    return reply === undefined ? { status: 200 } : { status: reply.status, body: reply.body }
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    const end = (status: number, body?: unknown): void => {
      if (response.headersSent) return
      const text = body === undefined ? undefined : JSON.stringify(body)
      response.writeHead(status, {
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...(status === 413 && { connection: 'close' }),
      })
      response.end(text)
    }
    answer(request).then(
      ({ status, body }) => end(status, body),
      (error: unknown) => {
        if (error instanceof NotAuthentic || error instanceof UnwantedActivity) {
          metrics.refused(error instanceof UnwantedActivity ? error.why : 'not-authentic')
          log.warn(error.message)
          return end(error instanceof UnwantedActivity ? 403 : 401)
        }
        log.error({ err: error }, 'an activity was not taken')
        end(500)
      },
    )
  }
}

/** Nothing when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  const late = setTimeout(() => request.destroy(), bodyWithinMs)
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > longestBody) return undefined
      chunks.push(chunk)
    }
  } finally {
    clearTimeout(late)
  }
  return Buffer.concat(chunks)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
