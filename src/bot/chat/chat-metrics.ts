/** Why a request was refused before anybody looked at it. */
export type Refused =
  | 'bad-signature'
  | 'too-old'
  | 'from-the-future'
  | 'replayed'
  | 'wrong-workspace'
  | 'wrong-app'
  | 'not-authentic'
  | 'wrong-tenant'
  | 'wrong-service-url'
  | 'wrong-channel'

/** What a chat counts while the process runs. */
export interface ChatMetrics {
  refused(why: Refused): void
  /** A click that decided nothing. `why`: the standing of the person who clicked, or what was wrong with the button. */
  declined(why: string): void
}
