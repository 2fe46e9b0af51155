import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Route } from './server.ts'

/** So many wrong passwords a minute are looked at, from all addresses together; then none is until the minute is over. */
const mostFailures = 20
const minuteMs = 60_000

/** Lets through whoever sends this password by HTTP Basic, with any user name. Others are answered with 401, or 429 after too many wrong ones. */
export function requirePassword(password: string, route: Route, now: () => number = () => performance.now()): Route {
  const expected = hashOf(password)
  let failures = { since: Number.NEGATIVE_INFINITY, count: 0 }
  return (request, response) => {
    if (now() - failures.since >= minuteMs) failures = { since: now(), count: 0 }
    if (failures.count >= mostFailures) {
      const seconds = String(Math.ceil((failures.since + minuteMs - now()) / 1_000))
      response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': seconds }).end('Too many wrong passwords. Wait.\n')
      return
    }
    const given = passwordOf(request)
    if (given !== undefined && timingSafeEqual(hashOf(given), expected)) return route(request, response)
    if (given !== undefined) failures.count += 1
    response
      .writeHead(401, { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="privatelink-bot", charset="UTF-8"' })
      .end('A password is needed.\n')
  }
}

/** https://www.rfc-editor.org/rfc/rfc7617 */
function passwordOf({ headers: { authorization = '' } }: IncomingMessage): string | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : undefined
}

/** Of one length, so that the comparison takes one time. */
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
