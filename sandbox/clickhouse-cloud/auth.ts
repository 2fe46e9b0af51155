import type { IncomingMessage } from 'node:http'
import type { Organization, World } from '../world.ts'
import { ApiError, forbidden } from './envelope.ts'

/** Whose call it is. A key belongs to exactly one organization. */
export interface Caller {
  readonly organization: Organization
  readonly keyId: string
  readonly role: 'admin' | 'developer'
}

/** HTTP Basic, key id : key secret. A missing, malformed or wrong credential are all 401, and do not say which half was wrong. */
export function authenticate(world: World, { headers: { authorization }, socket }: IncomingMessage): Caller {
  const credentials = authorization === undefined ? undefined : basicCredentials(authorization)
  if (!credentials) throw unauthorized('Missing or malformed credentials')
  for (const organization of world.organizations) {
    const key = organization.keys.find((key) => key.id === credentials.id && key.secret === credentials.secret)
    if (key === undefined) continue
    const { remoteAddress = '' } = socket
    if (key.ipAccessList?.includes(remoteAddress) === false) throw forbidden(`the key may not be used from ${remoteAddress}`)
    return { organization, keyId: key.id, role: key.role }
  }
  throw unauthorized('Key is not active')
}

function basicCredentials(header: string): { id: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  return colon === -1 ? undefined : { id: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}

function unauthorized(words: string): ApiError {
  return new ApiError(401, 'UNAUTHORIZED', words, { 'WWW-Authenticate': 'Basic realm="ClickHouse Cloud API"' })
}
