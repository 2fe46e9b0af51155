import { createHmac } from 'node:crypto'
import { request } from 'node:http'

/** How long Slack waits for an answer. */
const patienceMs = 3_000

/** What someone who is not Slack might get wrong, or leave out on purpose. */
export interface Forge {
  /** Seconds since the epoch. */
  readonly timestamp?: number
  /** Signs with this secret instead. */
  readonly secret?: string
  /** Sent instead of a computed signature, e.g. `v0=00`. */
  readonly signature?: string
  /** Claims to come from this workspace, app or person. */
  readonly teamId?: string
  readonly appId?: string
  readonly userId?: string
  /** Fields of a command or an interaction besides, or instead; `undefined` leaves one out. */
  readonly fields?: Readonly<Record<string, string | undefined>>
  /** Sent in addition; `undefined` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** Exactly what went over the wire, for replays. */
export interface RawRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Exchange {
  /** 0 when there was no answer. */
  readonly status: number
  readonly body: string
  readonly contentType: string
  readonly elapsedMs: number
  readonly request: RawRequest
  /** What Slack tells the person when the app did not answer properly. */
  readonly error?: 'operation_timeout' | 'dispatch_failed'
}

function sign(secret: string, timestamp: number | string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}

interface Signing {
  readonly url: string
  readonly secret: string
  readonly now: number
  readonly forge?: Forge | undefined
}

/** Commands and interactions are forms, signed as Slack signs them. */
export function signedForm(fields: Readonly<Record<string, string>>, signing: Signing): RawRequest {
  return signed(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded', signing)
}

/** Events are JSON. */
export function signedJson(event: object, signing: Signing): RawRequest {
  return signed(JSON.stringify(event), 'application/json', signing)
}

function signed(body: string, contentType: string, { url, secret, now, forge = {} }: Signing): RawRequest {
  const timestamp = forge.timestamp ?? Math.floor(now / 1000)
  const headers: Record<string, string | undefined> = {
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    accept: 'application/json,*/*',
    'content-type': contentType,
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': forge.signature ?? sign(forge.secret ?? secret, timestamp, body),
    ...forge.headers,
  }
  return {
    url,
    body,
    headers: Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  }
}

/** Sends it on a connection of its own and gives up after 3 s, as Slack does. Never throws: no answer is an answer too. */
export function send(raw: RawRequest): Promise<Exchange> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const finish = (status: number, body: string, contentType: string, error?: Exchange['error']) => {
      clearTimeout(timer)
      const failed = error ?? (status >= 200 && status < 300 ? undefined : ('dispatch_failed' as const))
      const elapsedMs = Math.round(performance.now() - startedAt)
      resolve({ status, body, contentType, elapsedMs, request: raw, ...(failed !== undefined && { error: failed }) })
    }
    const headers = { ...raw.headers, 'content-length': String(Buffer.byteLength(raw.body)) }
    const outgoing = request(raw.url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => finish(0, '', '', 'dispatch_failed'))
      response.on('end', () =>
        finish(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), response.headers['content-type'] ?? ''),
      )
    })
    const timer = setTimeout(() => {
      finish(0, '', '', 'operation_timeout')
      outgoing.destroy()
    }, patienceMs)
    outgoing.on('error', () => finish(0, '', '', 'dispatch_failed'))
    outgoing.end(raw.body)
  })
}
