import { ArmError } from './errors.ts'
import type { ArmRequest } from './router.ts'

interface Subject {
  /** e.g. `Zone`, `record set`: for the message. */
  readonly kind: string
  readonly name: string
  /** Undefined when there is no such resource yet. */
  readonly etag: string | undefined
  /** See {@link ArmError}: how this kind of resource words its errors. */
  readonly bare?: boolean
}

/**
 * `If-None-Match: *` means create only; `If-Match` means change only what was read.
 * @throws ArmError 412
 */
export function checkPreconditions({ headers }: ArmRequest, { kind, name, etag, bare = false }: Subject): void {
  const failed = (message: string) => new ArmError(412, 'PreconditionFailed', message, { bare })
  if (headers['if-none-match'] !== undefined) {
    if (headers['if-none-match'] !== '*') throw new ArmError(400, 'BadRequest', "If-None-Match takes nothing but '*'.", { bare })
    if (etag !== undefined) throw failed(`The ${kind} ${name} exists already and hence cannot be created again.`)
  }
  const wanted = headers['if-match']
  if (wanted === undefined) return
  if (etag === undefined) throw failed(`The ${kind} ${name} does not exist, so it has no etag to match.`)
  if (wanted !== '*' && unquoted(wanted) !== etag) {
    throw failed(`The ${kind} ${name} has been modified: etag '${unquoted(wanted)}' was requested, the current one is '${etag}'.`)
  }
}

function unquoted(etag: string): string {
  return etag.replace(/^(W\/)?"(.*)"$/, '$2')
}
