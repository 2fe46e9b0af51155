import { randomBytes } from 'node:crypto'
import { ArmError } from './errors.ts'

/** As long as the tokens of a managed identity live. */
const lifetimeMs = 24 * 3_600_000

/**
 * One directory for all simulators of a process: Microsoft's identity library keeps its tokens for the life of the process, and would offer a
 * second simulator those of the first.
 */
const directory = new Map<string, number>()

/** The access tokens that the identity endpoint has handed out, and nothing else: a made-up token is refused. */
export class Tokens {
  issue(): { token: string; expiresAt: number } {
    const token = randomBytes(48).toString('base64url')
    const expiresAt = Date.now() + lifetimeMs
    directory.set(token, expiresAt)
    return { token, expiresAt }
  }

  /** From now on every token handed out so far is expired. */
  expireAll(): void {
    for (const token of directory.keys()) directory.set(token, Date.now() - 1)
  }

  /** @throws ArmError 401, with the challenge that Resource Manager sends. */
  check(authorization: string | undefined): void {
    if (!authorization) throw refused('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1]
    if (!token) {
      throw refused(
        'AuthenticationFailedInvalidHeader',
        "Authentication failed. The 'Authorization' header is provided in an invalid format.",
      )
    }
    const expiry = directory.get(token)
    if (expiry === undefined) throw refused('InvalidAuthenticationToken', 'The access token is invalid.')
    if (expiry <= Date.now()) {
      const at = new Date(expiry).toUTCString()
      throw refused('ExpiredAuthenticationToken', `The access token expiry UTC time '${at}' is earlier than current UTC time.`)
    }
  }
}

function refused(code: string, message: string): ArmError {
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token", error_description="${message}"`
  return new ArmError(401, code, message, { headers: { 'www-authenticate': challenge } })
}
