import { randomBytes } from 'node:crypto'
import { ApiError } from './api/api-error.ts'
import type { Ephemeral, SlackMessage, SlackView } from './store.ts'

/** What an interaction lends to the app for a while: a `trigger_id` to open a modal, a `response_url` to answer. */

const triggerLifeMs = 3_000
const urlLifeMs = 30 * 60_000
const urlUses = 5

interface Trigger {
  readonly user: string
  readonly issuedAt: number
  /** The view that the person was in. */
  readonly view: SlackView | undefined
  used: boolean
}

/** What a `response_url` answers to. */
export interface Lent {
  readonly user: string
  readonly channel: string
  /** The message that was clicked; absent after a command. */
  readonly original: SlackMessage | Ephemeral | undefined
}

export class Tickets {
  readonly #triggers = new Map<string, Trigger>()
  readonly #urls = new Map<string, Lent & { readonly issuedAt: number; uses: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  trigger(user: string, view?: SlackView): string {
    const id = `${this.#now()}.${Math.floor(Math.random() * 1e12)}.${randomBytes(16).toString('hex')}`
    this.#triggers.set(id, { user, view, issuedAt: this.#now(), used: false })
    return id
  }

  /** Valid for 3 s, and once. */
  exchange(id: string): { user: string; view: SlackView | undefined } {
    const trigger = this.#triggers.get(id)
    if (!trigger) throw new ApiError('invalid_trigger_id')
    if (trigger.used) throw new ApiError('exchanged_trigger_id')
    if (this.#now() - trigger.issuedAt > triggerLifeMs) throw new ApiError('expired_trigger_id')
    trigger.used = true
    return trigger
  }

  /** The path of a new `response_url`. */
  lend(team: string, lent: Lent): string {
    const path = `/${lent.original ? 'actions' : 'commands'}/${team}/${this.#urls.size + 1}/${randomBytes(12).toString('hex')}`
    this.#urls.set(path, { ...lent, issuedAt: this.#now(), uses: 0 })
    return path
  }

  /** Works 5 times in 30 minutes. */
  redeem(path: string): Lent | 'unknown' | 'expired_url' | 'used_url' {
    const lent = this.#urls.get(path)
    if (!lent) return 'unknown'
    if (this.#now() - lent.issuedAt > urlLifeMs) return 'expired_url'
    if (lent.uses >= urlUses) return 'used_url'
    lent.uses++
    return lent
  }
}
