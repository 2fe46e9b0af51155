import { EventEmitter } from 'node:events'
import type { JsonObject } from './json.ts'

/** Everything that people can see in Slack, with every version that it had. */

export interface Content {
  readonly text: string
  readonly blocks: readonly JsonObject[]
  /** Whom it notifies: `@U…`, `!channel`, `!subteam^S…`. */
  readonly pings: readonly string[]
}

interface Version extends Content {
  /** Milliseconds since the epoch. */
  readonly at: number
}

interface Shown {
  readonly channel: string
  readonly ts: string
  text: string
  blocks: readonly JsonObject[]
  pings: readonly string[]
  /** Every version, the current one last. */
  readonly history: Version[]
  deleted: boolean
}

export interface SlackMessage extends Shown {
  readonly kind: 'message'
  /** Who posted it: the bot, or a person. */
  readonly user: string
  readonly thread?: string
}

/** A message that only one person sees. */
export interface Ephemeral extends Shown {
  readonly kind: 'ephemeral'
  /** Who sees it. */
  readonly user: string
  /** The call that made it. */
  readonly via: 'chat.postEphemeral' | 'response_url' | 'answer'
}

/** An element's state as Slack sends it, e.g. `{type, selected_option}`. */
export type InputState = Readonly<Record<string, unknown>>

/** A modal on one person's screen, or the app's Home tab. */
export interface SlackView {
  readonly kind: 'view'
  readonly id: string
  readonly user: string
  readonly rootId: string
  readonly previousId: string | undefined
  /** What the app sent: title, blocks, private_metadata… */
  content: JsonObject
  hash: string
  /** Touched inputs by block_id, then action_id. */
  readonly state: Map<string, Map<string, InputState>>
  /** What the app said is wrong with the last submission, by block_id. */
  errors: Readonly<Record<string, string>>
  readonly history: { readonly content: JsonObject; readonly at: number }[]
  open: boolean
}

/** What Slack would show a person instead of an answer, e.g. `operation_timeout`. */
export interface Failure {
  readonly user: string
  readonly what: string
  readonly error: string
  readonly at: number
}

/** One request to a `response_url`, whatever came of it. */
export interface UrlResponse {
  readonly url: string
  readonly body: unknown
  readonly status: number
  readonly at: number
}

/** A file on its way into Slack, and in it. */
export interface SlackFile {
  readonly id: string
  readonly name: string
  /** Bytes, as announced. */
  readonly length: number
  /** Where the bytes go. */
  readonly address: string
  title?: string
  content?: Buffer
  /** Said in place of a picture. */
  readonly alt?: string
  /** Set when the upload is complete. */
  channel?: string
}

export class Store {
  readonly files: SlackFile[] = []
  readonly messages: SlackMessage[] = []
  readonly ephemerals: Ephemeral[] = []
  readonly views: SlackView[] = []
  /** The Home tab of each person to whom one was published. */
  readonly homes: SlackView[] = []
  readonly failures: Failure[] = []
  readonly responses: UrlResponse[] = []
  readonly events = new EventEmitter<{ change: [] }>()
  readonly now: () => number
  #lastTs = 0

  constructor(now: () => number) {
    this.now = now
    this.events.setMaxListeners(0)
  }

  post(at: { channel: string; user: string; thread?: string | undefined }, content: Content): SlackMessage {
    const { channel, user, thread } = at
    const message: SlackMessage = {
      kind: 'message',
      user,
      ...(thread !== undefined && { thread }),
      ...this.#shown(channel, content),
    }
    this.messages.push(message)
    this.changed()
    return message
  }

  whisper(at: { channel: string; user: string; via: Ephemeral['via'] }, content: Content): Ephemeral {
    const ephemeral: Ephemeral = { kind: 'ephemeral', user: at.user, via: at.via, ...this.#shown(at.channel, content) }
    this.ephemerals.push(ephemeral)
    this.changed()
    return ephemeral
  }

  edit(message: SlackMessage | Ephemeral, content: Content): void {
    Object.assign(message, content)
    message.history.push({ ...content, at: this.now() })
    this.changed()
  }

  remove(message: SlackMessage | Ephemeral): void {
    message.deleted = true
    this.changed()
  }

  message(channel: string, ts: string): SlackMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts && !message.deleted)
  }

  fail(user: string, what: string, error: string): void {
    this.failures.push({ user, what, error, at: this.now() })
    this.changed()
  }

  changed(): void {
    this.events.emit('change')
  }

  #shown(channel: string, content: Content): Shown {
    return { channel, ts: this.#timestamp(), ...content, history: [{ ...content, at: this.now() }], deleted: false }
  }

  /** Seconds with six digits behind the point; unique, and growing. */
  #timestamp(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, Math.floor(this.now()) * 1_000)
    return `${Math.floor(this.#lastTs / 1e6)}.${String(this.#lastTs % 1e6).padStart(6, '0')}`
  }
}
