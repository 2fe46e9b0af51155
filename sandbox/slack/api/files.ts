import { randomBytes } from 'node:crypto'
import { parseJson } from '../json.ts'
import { pingsOf } from '../mrkdwn.ts'
import type { SlackFile } from '../store.ts'
import { ApiError } from './api-error.ts'
import type { Answer, Backend, Method } from './method.ts'
import { limit, required } from './method.ts'

/** The way of a file into Slack: ask for an address, send the bytes there, say where it is to be seen. */

export const getUploadUrl: Method = (backend, args) => {
  limit(backend, 'files.getUploadURLExternal')
  const length = Number(required(args, 'length'))
  if (!Number.isInteger(length) || length < 1) throw new ApiError('invalid_arguments', ['[ERROR] length must be positive'])
  const id = `F${randomBytes(5).toString('hex').toUpperCase()}`
  const file: SlackFile = {
    id,
    name: required(args, 'filename'),
    length,
    address: `/upload/v1/${randomBytes(16).toString('hex')}`,
    ...(typeof args.alt_txt === 'string' && { alt: args.alt_txt }),
  }
  backend.store.files.push(file)
  return { upload_url: `${backend.origin()}${file.address}`, file_id: id }
}

/** The bytes themselves, raw or as the one part of a form; an address works once. */
export function upload({ store }: Backend, path: string, contentType: string, bytes: Buffer): Answer {
  const file = store.files.find(({ address }) => address === path)
  if (file === undefined || file.content !== undefined) return { status: 404, body: 'not found' }
  const content = contentType.startsWith('multipart/form-data') ? onlyPart(contentType, bytes) : bytes
  if (content === undefined || content.length !== file.length) return { status: 400, body: 'length mismatch' }
  file.content = content
  return { status: 200, body: `OK - ${file.length}` }
}

export const completeUpload: Method = (backend, args) => {
  limit(backend, 'files.completeUploadExternal')
  const { directory, store } = backend
  const named = typeof args.files === 'string' ? parseJson(args.files) : args.files
  if (!Array.isArray(named) || named.length === 0)
    throw new ApiError('invalid_arguments', ['[ERROR] missing required field: files'])
  const files = named.map(({ id, title }: { id?: unknown; title?: unknown }) => {
    const file = store.files.find((each) => each.id === id && each.content !== undefined && each.channel === undefined)
    if (file === undefined) throw new ApiError('file_not_found')
    if (typeof title === 'string') file.title = title
    return file
  })
  const to = typeof args.channel_id === 'string' ? args.channel_id : undefined
  const channel = to === undefined ? undefined : directory.channel(to)
  if (to !== undefined && channel === undefined) throw new ApiError('channel_not_found')
  if (channel?.isMember === false) throw new ApiError('not_in_channel')
  for (const file of files) file.channel = channel?.id ?? ''
  if (channel !== undefined) {
    const text = typeof args.initial_comment === 'string' ? args.initial_comment : ''
    store.post({ channel: channel.id, user: directory.workspace.botUserId }, { text, blocks: [], pings: pingsOf(text, []) })
  }
  return { files: files.map(({ id, title, name }) => ({ id, title: title ?? name })) }
}

function onlyPart(contentType: string, bytes: Buffer): Buffer | undefined {
  const [, boundary] = /boundary="?([^";]+)"?/.exec(contentType) ?? []
  // One character a byte, so that whatever the part holds keeps its length.
  const parts = bytes.toString('latin1').split(`--${boundary}`).slice(1, -1)
  const [part] = parts
  const start = part?.indexOf('\r\n\r\n') ?? -1
  return parts.length !== 1 || part === undefined || start < 0 ? undefined : Buffer.from(part.slice(start + 4, -2), 'latin1')
}
