import { randomUUID } from 'node:crypto'
import { ConnectorError } from '../api/connector-error.ts'

export type Audience = 'https://api.botframework.com' | 'https://graph.microsoft.com'

const lifetimeSeconds = 3_600

/** Access tokens that the tenant gave to the bot. */
export class AccessTokens {
  readonly #isAsked: boolean
  readonly #given = new Map<string, Audience>()
  readonly #counts = new Map<Audience, number>()

  /** `isAsked`: whether calls need one. */
  constructor(isAsked: boolean) {
    this.#isAsked = isAsked
  }

  give(audience: Audience): { readonly access_token: string; readonly expires_in: number; readonly token_type: 'Bearer' } {
    const token = `at-${randomUUID()}`
    this.#given.set(token, audience)
    this.#counts.set(audience, this.givenFor(audience) + 1)
    return { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' }
  }

  /** How many were given. */
  givenFor(audience: Audience): number {
    return this.#counts.get(audience) ?? 0
  }

  check(header: string | undefined, audience: Audience): void {
    if (!this.#isAsked) return
    const token = /^Bearer (.+)$/.exec(header ?? '')?.[1] ?? ''
    if (this.#given.get(token) !== audience)
      throw new ConnectorError(401, 'Unauthorized', 'Authorization has been denied for this request.')
  }

  /** Every token handed out so far is refused from now on. */
  expire(): void {
    this.#given.clear()
  }
}
