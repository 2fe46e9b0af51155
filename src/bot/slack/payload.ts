import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'node:querystring'

/** What Slack sent, before anybody has looked at its shape. */
export type Payload = Readonly<Record<string, unknown>>

/** Reads a body as Bolt reads it, so that both see the same. Empty when it cannot be read. */
export function payloadOf(headers: IncomingHttpHeaders, body: string): Payload {
  const form = headers['content-type'] === 'application/x-www-form-urlencoded' ? parse(body) : undefined
  if (form !== undefined && typeof form.payload !== 'string') return form
  try {
    return Object(JSON.parse(typeof form?.payload === 'string' ? form.payload : body))
  } catch {
    return {}
  }
}

/** The text at this path, if there is one. */
export function textAt(payload: Payload, ...path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>((inside, name) => Reflect.get(Object(inside), name), payload)
  return typeof value === 'string' ? value : undefined
}
