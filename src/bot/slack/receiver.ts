import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../log.ts'
import { boltLog } from './bolt-log.ts'
import { signatureOf, UnwantedRequest } from './guard.ts'

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
  readonly log: Log
}

/** How requests come in: over HTTP with signatures, or over a web socket that we open. */
export function createReceiver({ signingSecret, appToken, apiUrl, log }: ReceiverOptions): Intake {
  const logger = boltLog(log)
  if (appToken !== undefined) {
    const clientOptions = { logger, ...(apiUrl !== undefined && { slackApiUrl: apiUrl }) }
    return { receiver: new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } }) }
  }
  const receiver = new HTTPReceiver({
    signingSecret,
    logger,
    bodyLimit: 1_000_000,
    customPropertiesExtractor: signatureOf,
    processEventErrorHandler: async ({ error, response }) => {
      if (!response.headersSent) response.writeHead(error instanceof UnwantedRequest ? 401 : 500).end()
      return true
    },
  })
  return { receiver, serve: (request, response) => receiver.requestListener(request, response) }
}
