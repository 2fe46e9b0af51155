import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../log.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import { boltLog } from './bolt-log.ts'
import { type Guard, UnwantedRequest } from './guard.ts'
import { payloadOf, textAt } from './payload.ts'

export interface Intake {
  readonly receiver: Receiver
  /** Serves `POST /slack/events`; absent in Socket Mode. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => void
}

export interface ReceiverOptions {
  readonly signingSecret: string
  /** With it, Socket Mode. */
  readonly appToken?: string
  readonly apiUrl?: string
  readonly guard: Guard
  /** Counts the requests that are refused before anybody looks at them. */
  readonly metrics: Pick<ChatMetrics, 'refused'>
  readonly log: Log
}

const form = 'application/x-www-form-urlencoded'

/** Slack's requests are far smaller. In bytes. */
const longestBody = 1_000_000

/** How requests come in: over HTTP with signatures, or over a web socket that we open. `context.unchecked` says that a request may not be new. */
export function createReceiver({ signingSecret, appToken, apiUrl, guard, metrics, log }: ReceiverOptions): Intake {
  const logger = boltLog(log)
  if (appToken !== undefined) {
    const clientOptions = { logger, ...(apiUrl !== undefined && { slackApiUrl: apiUrl }) }
    return { receiver: new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } }) }
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

  const admit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await bodyOf(request)
    if (bytes === undefined) {
      response.writeHead(413, { connection: 'close' }).end()
      return
    }
    const body = bytes.toString()
    // Bolt knows a form only by the bare name of its type; more may follow, such as the letters' encoding.
    if (request.headers['content-type']?.startsWith(`${form};`)) request.headers['content-type'] = form
    // Slack asks for this without a signature; Bolt answers it and looks at nothing else in it.
    const isProbe = textAt(payloadOf(request.headers, body), 'ssl_check') === '1'
    if (!isProbe && (await guard.check(request.headers, body)) === 'unchecked') unchecked.add(request)
    receiver.requestListener(Object.assign(request, { rawBody: bytes }), response)
  }

  return {
    receiver,
    serve(request, response) {
      admit(request, response).catch((error: unknown) => {
        if (error instanceof UnwantedRequest) {
          metrics.refused(error.why)
          log.warn(error.message)
        } else log.error({ err: error }, 'a request was not taken')
        if (!response.headersSent) response.writeHead(error instanceof UnwantedRequest ? 401 : 500).end()
      })
    },
  }
}

/** Nothing when it is too long. */
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
