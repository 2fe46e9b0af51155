import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../log.ts'
import type { Metrics, Refused } from '../metrics.ts'
import { boltLog } from './bolt-log.ts'
import { signatureOf, tooOldSeconds, UnwantedRequest } from './guard.ts'

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
  /** Counts the requests that are refused before anybody looks at them. */
  readonly metrics: Pick<Metrics, 'refused'>
  readonly log: Log
}

/** How requests come in: over HTTP with signatures, or over a web socket that we open. */
export function createReceiver({ signingSecret, appToken, apiUrl, metrics, log }: ReceiverOptions): Intake {
  const logger = boltLog(log)
  if (appToken !== undefined) {
    const clientOptions = { logger, ...(apiUrl !== undefined && { slackApiUrl: apiUrl }) }
    return { receiver: new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } }) }
  }
  const counted = new WeakSet<ServerResponse>()
  const receiver = new HTTPReceiver({
    signingSecret,
    logger,
    bodyLimit: 1_000_000,
    customPropertiesExtractor: signatureOf,
    processEventErrorHandler: async ({ error, response }) => {
      if (error instanceof UnwantedRequest) counted.add(response)
      if (!response.headersSent) response.writeHead(error instanceof UnwantedRequest ? 401 : 500).end()
      return true
    },
  })
  return {
    receiver,
    serve(request, response) {
      response.once('finish', () => {
        if (response.statusCode === 401 && !counted.has(response)) metrics.refused(unverified(request))
      })
      receiver.requestListener(request, response)
    },
  }
}

/** Bolt does not say what was wrong with a request that it refused by itself. */
function unverified({ headers }: IncomingMessage): Refused {
  const sentAt = Number(headers['x-slack-request-timestamp'])
  return sentAt < Date.now() / 1_000 - tooOldSeconds ? 'too-old' : 'bad-signature'
}
