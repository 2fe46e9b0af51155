import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import type { Backend } from '../api/backend.ts'
import { issuer } from '../auth/signing.ts'
import { isObject, type JsonObject } from '../json.ts'

/** How long Teams waits for an answer. */
const patienceMs = 10_000

/** What somebody who is not Teams might get wrong, or do on purpose. */
export interface Forge {
  /** Sent instead of a token that Teams has signed; `undefined` leaves the header out. */
  readonly authorization?: string | undefined
  readonly kind?: 'none' | 'HS256' | 'no-header' | 'signature'
  /** Claims instead of those of Teams. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Fields of the activity instead of those of Teams. */
  readonly activity?: JsonObject
  /** What is sent in place of the activity's JSON. */
  readonly body?: (activity: JsonObject) => string
}

/** Exactly what went over the wire, for replays. */
export interface RawRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Exchange {
  readonly request: RawRequest
  readonly status: number
  readonly body: JsonObject | undefined
  readonly elapsedMs: number
}

/** Signs an activity as Teams does, or as a forger would, and sends it. */
export async function deliver(backend: Backend, url: string, activity: JsonObject, forge: Forge = {}): Promise<Exchange> {
  const sent = { ...activity, ...forge.activity }
  const authorization = await authorizationFor(backend, sent, forge)
  return await send({
    url,
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body: (forge.body ?? JSON.stringify)(sent),
  })
}

async function authorizationFor(backend: Backend, activity: JsonObject, forge: Forge): Promise<string | undefined> {
  if ('authorization' in forge) return forge.authorization
  const now = Math.floor(backend.store.now() / 1_000)
  const claims = {
    iss: issuer,
    aud: backend.directory.tenant.appId,
    serviceurl: activity.serviceUrl,
    nbf: now - 10,
    exp: now + 3_600,
    ...forge.claims,
  }
  switch (forge.kind) {
    case 'no-header':
      return undefined
    case 'none':
      return `Bearer ${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`
    case 'HS256': {
      const unsigned = `${encoded({ alg: 'HS256', typ: 'JWT', kid: 'sandbox-1' })}.${encoded(claims)}`
      return `Bearer ${unsigned}.${createHmac('sha256', 'public').update(unsigned).digest('base64url')}`
    }
    case 'signature': {
      const token = await backend.signing.sign(claims)
      return `Bearer ${token.slice(0, -8)}AAAAAAAA`
    }
    default:
      return `Bearer ${await backend.signing.sign(claims)}`
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export function send(raw: RawRequest): Promise<Exchange> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const outgoing = request(raw.url, { method: 'POST', headers: raw.headers, timeout: patienceMs }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const body = parsed(Buffer.concat(chunks).toString())
        resolve({ request: raw, status: response.statusCode ?? 0, body, elapsedMs: performance.now() - startedAt })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('The bot did not answer in time.')))
    outgoing.on('error', reject)
    outgoing.end(raw.body)
  })
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
