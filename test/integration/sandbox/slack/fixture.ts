import { once } from 'node:events'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { types } from '@slack/bolt'
import { verifySlackRequest, webApi } from '@slack/bolt'
import { acme, slack as estate } from '../../../../sandbox/estate.ts'
import type { SlackOptions, SlackSandbox } from '../../../../sandbox/slack/start.ts'
import { startSlack } from '../../../../sandbox/slack/start.ts'
import type { World } from '../../../../sandbox/world.ts'

export interface Stage extends AsyncDisposable {
  readonly world: World
  readonly slack: SlackSandbox
  /** The vendor's own client; a 429 is thrown, not waited for. */
  readonly client: webApi.WebClient
}

export async function stage(options: Partial<SlackOptions> = {}): Promise<Stage> {
  const world = acme({ addressBase: '127.77.0' })
  const slack = await startSlack(world, { ...estate, ...options })
  return { world, slack, client: clientOf(slack), [Symbol.asyncDispose]: () => slack.close() }
}

export function clientOf(slack: SlackSandbox, token: string | undefined = estate.botToken): webApi.WebClient {
  return new webApi.WebClient(token, {
    slackApiUrl: slack.url,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logLevel: webApi.LogLevel.ERROR,
    logger: { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => webApi.LogLevel.ERROR, setName() {} },
  })
}

/** What Slack refused a call with; fails when it did not. */
export async function refusal(call: Promise<unknown>): Promise<{ error: string; messages: string[] }> {
  const thrown = await call.then(
    () => {
      throw new Error('the call was not refused')
    },
    (error: { data?: { error: string; response_metadata?: { messages?: string[] } } }) => error,
  )
  if (!thrown.data) throw thrown
  return { error: thrown.data.error, messages: thrown.data.response_metadata?.messages ?? [] }
}

/** Block Kit that the types would not let us write. */
export function blocks(...list: readonly object[]): (types.KnownBlock | types.Block)[] {
  return list as (types.KnownBlock | types.Block)[]
}

export interface Bot extends AsyncDisposable {
  readonly url: string
  /** What arrived and was signed properly, payloads decoded. */
  readonly heard: readonly Fields[]
}

/** A bot of a few lines: checks signatures with Bolt's own function, then answers as the test says. */
export async function bot(answer: (fields: Fields, response: ServerResponse) => void): Promise<Bot> {
  const heard: Fields[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const body = Buffer.concat(chunks).toString()
    try {
      verify(body, request.headers)
    } catch {
      return response.writeHead(401).end()
    }
    const form = Object.fromEntries(new URLSearchParams(body))
    const fields: Fields = form.payload === undefined ? form : JSON.parse(form.payload)
    heard.push(fields)
    answer(fields, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A command, or the payload of an interaction. */
export type Fields = Readonly<Record<string, unknown>>

function verify(body: string, headers: IncomingHttpHeaders): void {
  verifySlackRequest({
    signingSecret: estate.signingSecret,
    body,
    headers: {
      'x-slack-signature': String(headers['x-slack-signature']),
      'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
    },
  })
}

export function reply(response: ServerResponse, body?: unknown): void {
  if (body === undefined) response.end()
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
