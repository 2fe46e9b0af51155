import type { AccessToken, TokenCredential } from '@azure/identity'
import { type Closable, closable } from './closable.ts'
import type { RedisAddress, RedisUser, SignIn } from './config/redis.ts'
import { TerminalError } from './domain/errors.ts'
import type { Log } from './log.ts'

/** https://learn.microsoft.com/azure/redis/entra-for-authentication */
const scope = 'https://redis.azure.com/.default'

/** A token is renewed after this share of its time. */
const renewAfter = 0.75

/** How soon a renewal that failed is tried again, in milliseconds. */
const againAfterMs = 10_000

/** The address with the sign-in that it asks for. What signs in with Azure is loaded only then. */
export async function signedIn(address: RedisAddress, log: Log, opened: AsyncDisposableStack): Promise<RedisAddress> {
  if (typeof address === 'string' || address.entra !== true) return address
  const { DefaultAzureCredential } = await import('@azure/identity')
  return { ...address, signIn: opened.use(await openSignIn(log, new DefaultAzureCredential())) }
}

/**
 * Signs in to Redis as this process's Azure identity: the user is its object id, and the password an access token, which is renewed before it ends. Rejects where
 * Entra gives no token.
 */
async function openSignIn(log: Log, credential: TokenCredential): Promise<SignIn & Closable> {
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout
  const next = async (): Promise<RedisUser> => {
    const token = await credential.getToken(scope)
    if (token === null) throw noToken()
    schedule((token.expiresOnTimestamp - Date.now()) * renewAfter)
    return { username: objectIdIn(token), password: token.token }
  }
  const schedule = (afterMs: number): void => {
    timer = setTimeout(renew, Math.max(1_000, afterMs))
    timer.unref()
  }
  const renew = async (): Promise<void> => {
    try {
      user = await next()
      for (const listener of listeners) listener()
    } catch (error) {
      log.warn({ err: error }, 'the sign-in to Redis is not renewed yet')
      schedule(againAfterMs)
    }
  }
  let user = await next()
  return {
    current: () => user,
    onRenewal(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ...closable(async () => clearTimeout(timer)),
  }
}

/** The `oid` claim. The token is ours, so that nobody has to verify it here. */
function objectIdIn({ token }: AccessToken): string {
  const [, claims = ''] = token.split('.')
  try {
    const { oid } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    if (typeof oid === 'string' && oid !== '') return oid
  } catch {
    // Told below.
  }
  throw noToken()
}

function noToken(): TerminalError {
  return new TerminalError('redis-no-token', 'Entra gave no token for Redis that names this identity.', {
    remedy: 'Give the process a managed identity, and that identity a data access policy of the Redis.',
  })
}
