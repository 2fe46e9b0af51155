import type { webApi } from '@slack/bolt'
import { RetryableError } from '../../domain/errors.ts'
import type { Attachment } from '../chat/surface.ts'
import { asking } from './errors.ts'

/** Slack's limit for the words in place of a picture: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const altLength = 1_000

/** How long the bytes may take, in milliseconds. */
const patienceMs = 5_000

/**
 * A file for one person, in the direct message with them. Needs the scopes `im:write` and `files:write`. Not the client's own `filesUploadV2`: that sends
 * `alt_text`, where Slack's method knows `alt_txt`.
 */
export async function attach(client: webApi.WebClient, users: string, attachment: Attachment): Promise<void> {
  const { name, content, comment, alt } = attachment
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const { channel } = await asking(() => client.conversations.open({ users }))
  const { upload_url: url = '', file_id: id = '' } = await asking(() =>
    client.files.getUploadURLExternal({
      filename: name,
      length: bytes.length,
      ...(alt !== undefined && { alt_txt: alt.slice(0, altLength) }),
    }),
  )
  await send(url, bytes)
  await asking(() =>
    client.files.completeUploadExternal({
      channel_id: channel?.id ?? '',
      files: [{ id, title: name }],
      initial_comment: comment,
    }),
  )
}

async function send(url: string, bytes: Uint8Array): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes.slice(),
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  })
  await response.body?.cancel()
  if (response.ok) return
  throw new RetryableError('slack-upload', `Slack answered the file with status ${response.status}.`, { remedy: 'Try again.' })
}
