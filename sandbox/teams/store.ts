import { EventEmitter } from 'node:events'
import type { JsonObject } from './json.ts'

/** Everything that people can see in Teams, with every version that it had. */

export interface TeamsMessage {
  readonly id: string
  /** With the thread where it is in a channel. */
  readonly conversation: string
  /** The bot, or the name of a person. */
  readonly by: string
  /** Object id of the one person who sees it. */
  readonly onlyFor?: string
  activity: JsonObject
  readonly history: { readonly activity: JsonObject; readonly at: number }[]
  /** What one person sees in its place, by object id, since they clicked or their client refreshed it. */
  readonly views: Map<string, JsonObject>
  deleted: boolean
}

/** A dialog on one person's screen. */
export interface TeamsDialog {
  readonly user: string
  title: string
  card: JsonObject
  /** The message or dialog it was opened from. */
  readonly from: TeamsMessage | undefined
  open: boolean
}

/** What Teams showed a person as the answer to a click or a dialog. */
export interface Notice {
  readonly user: string
  readonly text: string
  readonly at: number
}

/** What Teams would show a person instead of an answer. */
export interface Failure {
  readonly user: string
  readonly what: string
  readonly error: string
}

/** A file that a person has accepted, as it came. */
export interface UploadedFile {
  readonly name: string
  /** Teams' own, which the card that shows the file names. */
  readonly uniqueId: string
  content?: Buffer
  readonly address: string
}

export class Store {
  readonly messages: TeamsMessage[] = []
  readonly dialogs: TeamsDialog[] = []
  readonly notices: Notice[] = []
  readonly failures: Failure[] = []
  readonly files: UploadedFile[] = []
  readonly events = new EventEmitter<{ change: [] }>()
  readonly now: () => number
  #last = 0

  constructor(now: () => number) {
    this.now = now
    this.events.setMaxListeners(0)
  }

  /** Like Teams': the time in milliseconds, no two alike. */
  nextId(): string {
    this.#last = Math.max(this.#last + 1, this.now())
    return String(this.#last)
  }

  add(message: Omit<TeamsMessage, 'history' | 'views' | 'deleted'>): TeamsMessage {
    const added = { ...message, history: [{ activity: message.activity, at: this.now() }], views: new Map(), deleted: false }
    this.messages.push(added)
    this.changed()
    return added
  }

  change(message: TeamsMessage, activity: JsonObject): void {
    message.activity = activity
    message.history.push({ activity, at: this.now() })
    message.views.clear()
    this.changed()
  }

  changed(): void {
    this.events.emit('change')
  }
}
