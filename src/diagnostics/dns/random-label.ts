import { randomBytes } from 'node:crypto'

/** A random first label, for a name that no record was made for. */
export function randomLabel(): string {
  return `x${randomBytes(6).toString('hex')}`
}
