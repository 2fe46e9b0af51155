import { readContent } from '../content.ts'
import type { JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import type { Lent } from '../tickets.ts'
import { ApiError } from './api-error.ts'
import type { Answer, Backend } from './method.ts'

const longest = 40_000

/** A POST to a `response_url`. It needs no token, works where the bot is no member, and says what is wrong by its status, not only by its body. */
export function respond(backend: Backend, path: string, body: unknown): Answer {
  const answer = attempt(backend, path, body)
  backend.store.responses.push({ url: path, body, status: answer.status, at: backend.store.now() })
  backend.store.changed()
  return answer
}

function attempt(backend: Backend, path: string, body: unknown): Answer {
  if (!isObject(body)) return refuse(400, 'invalid_payload')
  const lent = backend.tickets.redeem(path)
  if (lent === 'unknown') return refuse(404, 'invalid_url')
  if (typeof lent === 'string') return refuse(404, lent)
  try {
    show(backend, lent, body)
    return { status: 200, body: { ok: true } }
  } catch (error) {
    if (error instanceof ApiError) return refuse(error.code === 'message_not_found' ? 404 : 400, error.code, error.problems)
    throw error
  }
}

function show({ store, directory }: Backend, { channel, user, original }: Lent, body: JsonObject): void {
  if (body.delete_original === true || body.replace_original === true) {
    if (!original || original.deleted) throw new ApiError('message_not_found')
    if (body.delete_original === true) store.remove(original)
    else store.edit(original, readContent(body, longest))
    return
  }
  const content = readContent(body, longest)
  if (body.response_type === 'in_channel') store.post({ channel, user: directory.workspace.botUserId }, content)
  else store.whisper({ channel, user, via: 'response_url' }, content)
}

function refuse(status: number, error: string, messages: readonly string[] = []): Answer {
  return { status, body: { ok: false, error, ...(messages.length > 0 && { response_metadata: { messages } }) } }
}
