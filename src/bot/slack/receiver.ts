import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../log.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import { boltLog } from './bolt-log.ts'
import { type Guard, UnwantedRequest } from './guard.ts'
import { payloadOf, textAt } from './payload.ts'
import { keepSocket, type SocketKeeper } from './socket.ts'

export interface Intake {
  readonly receiver: Receiver
  /** Serves `POST /slack/events`; absent in Socket Mode. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => void
  /** In Socket Mode. */
  readonly socket?: SocketKeeper
}

export interface ReceiverOptions {
  readonly signingSecret: string
  /** With it, Socket Mode. */
  readonly appToken?: string
  readonly apiUrl?: string
  readonly guard: Guard
  /** Counts refused requests. */
  readonly metrics: Pick<ChatMetrics, 'refused'>
  readonly log: Log
}

/** How long Slack may take to name an address for a socket, in milliseconds. */
const askWithinMs = 5_000

const form = 'application/x-www-form-urlencoded'

/** Longest body, in bytes: Slack's are smaller. Many unfinished ones at once must not fill the memory. */
const longestBody = 300_000

/**
 * Receives Slack's requests: signed ones over HTTP, or over a web socket with an app token. `context.unchecked` marks a request that may have been
 * sent before.
 */
export function createReceiver({ signingSecret, appToken, apiUrl, guard, metrics, log }: ReceiverOptions): Intake {
  const logger = boltLog(log)
  if (appToken !== undefined) {
    const slackApiUrl = apiUrl === undefined ? {} : { slackApiUrl: apiUrl }
    const clientOptions = { logger, timeout: askWithinMs, retryConfig: { retries: 0 }, ...slackApiUrl }
    const receiver = new SocketModeReceiver({
      appToken,
      logger,
      autoReconnectEnabled: false,
      installerOptions: { clientOptions },
    })
    return { receiver, socket: keepSocket(receiver.client, log) }
  }
  const unchecked = new WeakSet<IncomingMessage>()
  const receiver = new HTTPReceiver({
    signingSecret,
    logger,
    customPropertiesExtractor: (request) => ({ unchecked: unchecked.has(request) }),
    processEventErrorHandler: async ({ response }) => {
      if (!response.headersSent) response.writeHead(500).end()
      return true
    },
  })

  const checkAndPass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await bodyOf(request)
    if (bytes === undefined) {
      response.writeHead(413, { connection: 'close' }).end()
      return
    }
    const body = bytes.toString()
    // Bolt reads a form only when its content type has no parameters such as `charset`.
    if (request.headers['content-type']?.startsWith(`${form};`)) request.headers['content-type'] = form
    // Slack's certificate check has no signature; Bolt answers it without reading anything else.
    const isProbe = textAt(payloadOf(request.headers, body), 'ssl_check') === '1'
    if (!isProbe && (await guard.check(request.headers, body)) === 'unchecked') unchecked.add(request)
    receiver.requestListener(Object.assign(request, { rawBody: bytes }), response)
  }

  return {
    receiver,
    serve(request, response) {
      checkAndPass(request, response).catch((error: unknown) => {
        if (error instanceof UnwantedRequest) {
          metrics.refused(error.why)
          log.warn(error.message)
        } else log.error({ err: error }, 'a request failed before it reached a listener')
        if (!response.headersSent) response.writeHead(error instanceof UnwantedRequest ? 401 : 500).end()
      })
    },
  }
}

/** Undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > longestBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
