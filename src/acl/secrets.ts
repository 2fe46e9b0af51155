import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aclLines, usersOf } from '../redis/access.ts'

/**
 * Writes `redis-users.acl`, and for each user a file `redis-url-USER` with the address of Redis and the user's password. An address that is there
 * already is kept, so that a second run adds networks and renews the rights only. Returns what it did, in sentences.
 */
export function writeSecrets(folder: string, networks: readonly string[], redis: string): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const told: string[] = []
  const passwords = new Map<string, readonly string[]>()
  for (const user of usersOf(networks)) {
    const path = join(folder, `redis-url-${user}`)
    if (existsSync(path)) told.push(`${path} is kept.`)
    else {
      writeFileSync(path, `redis://${user}:${randomBytes(32).toString('base64url')}@${redis}\n`, { mode: 0o600, flag: 'wx' })
      told.push(`${path} is new.`)
    }
    passwords.set(user, [passwordIn(path)])
  }
  const path = join(folder, 'redis-users.acl')
  // It holds no password that can be guessed from its hash, and Redis reads it as a user of its own.
  writeFileSync(path, `${aclLines(networks, passwords).join('\n')}\n`, { mode: 0o644 })
  return [...told, `${path} is written. Redis reads it when it starts, or at ACL LOAD.`]
}

function passwordIn(path: string): string {
  try {
    const password = decodeURIComponent(new URL(readFileSync(path, 'utf8').trim()).password)
    if (password !== '') return password
  } catch {
    // The reason could hold what stands in the file.
  }
  throw new Error(`${path} holds no address with a password. Remove it, and a new one is made.`)
}
