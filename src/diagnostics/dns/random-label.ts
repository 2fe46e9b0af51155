import { randomBytes } from 'node:crypto'

/** The first label of a name that is nobody's. */
export function randomLabel(): string {
  return `x${randomBytes(6).toString('hex')}`
}
