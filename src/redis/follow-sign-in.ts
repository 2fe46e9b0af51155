import type { Redis } from 'ioredis'
import type { SignIn } from '../config/redis.ts'

/**
 * Signs the connection in again whenever its password was renewed, before the former one ends; one that is blocked is signed in when its command ends, which
 * takes seconds. A connection that is made anew, and those that BullMQ makes from this one, sign in with the newest.
 */
export function followSignIn(connection: Redis, signIn: SignIn): void {
  const renew = (): void => {
    const { username, password } = signIn.current()
    Object.assign(connection.options, { username, password })
    // Where Redis refuses it, it ends the connection together with the former token, and the next sign-in tells why.
    if (connection.status === 'ready') connection.auth(username, password).catch(() => undefined)
  }
  connection.once('end', signIn.onRenewal(renew))
  const duplicate = connection.duplicate.bind(connection)
  connection.duplicate = (...about) => {
    const copy = duplicate(...about)
    Object.assign(copy.options, signIn.current())
    followSignIn(copy, signIn)
    return copy
  }
}
