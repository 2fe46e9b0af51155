import type { IncomingHttpHeaders } from 'node:http'

/** Who may talk to the page's server: only the page that it served itself, on this machine. */

/** Why a request is refused, or `undefined`. A foreign name in `Host` is how a web page reaches a loopback server (DNS rebinding). */
export function refusalOf(method: string, headers: IncomingHttpHeaders, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host, origin } = headers
  if (host === undefined || !hosts.includes(host)) return 'This server answers only on 127.0.0.1 and localhost.'
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'Another site may not use this server.'
  if (origin !== undefined && origin !== `http://${host}`) return 'Another origin may not use this server.'
  if (method === 'GET') return undefined
  if (method !== 'POST') return 'Only GET and POST are known here.'
  if (origin === undefined) return 'A change needs an Origin.'
  return headers['content-type'] === 'application/json' ? undefined : 'A change is sent as application/json.'
}

/** @param scriptHash of the import map, the only script that is part of the document: `sha256-…` */
export function securityHeaders(scriptHash: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' '${scriptHash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}
