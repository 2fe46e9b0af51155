import type { AccessTokens } from '../auth/access-tokens.ts'
import type { Signing } from '../auth/signing.ts'
import type { Directory } from '../directory.ts'
import type { RateLimits } from '../rates.ts'
import type { Store } from '../store.ts'
import type { ConnectorError } from './connector-error.ts'

/** What the parts of the simulated Teams share. */
export interface Backend {
  readonly directory: Directory
  readonly store: Store
  readonly limits: RateLimits
  readonly tokens: AccessTokens
  readonly signing: Signing
  /** Refusals without a cause in the simulated world: asked for each call, the first one counts. */
  readonly faults: {
    next: (call: { readonly method: string; readonly path: string }) => ConnectorError | undefined
    /** Whether the answer of a call that has had its effect is lost on the way. */
    loses: (call: { readonly method: string; readonly path: string }) => boolean
  }
  /** e.g. `https://127.0.0.1:4100`. */
  origin(): string
}
