import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChatSurface } from './surface.ts'

/** A chat, and what the bot's HTTP server answers for it, keyed `METHOD /path`. */
export interface ServedChat {
  readonly surface: ChatSurface
  /** Why the chat does not serve the bot just now, as a sentence about the chat; undefined while it does. */
  problem(): string | undefined
  readonly routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>
}
