import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChatSurface } from './surface.ts'

/** A chat, and what the bot's HTTP server answers for it, keyed `METHOD /path`. */
export interface ServedChat {
  readonly surface: ChatSurface
  /** Whether the chat refuses the bot's credentials, as of its last call; absent where that is not known. */
  isRefused?(): boolean
  readonly routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>
}
