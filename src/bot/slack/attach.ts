import type { webApi } from '@slack/bolt'
import { RetryableError } from '../../domain/errors.ts'
import type { Attachment } from '../chat/surface.ts'
import { callSlack } from './errors.ts'
import { mrkdwn } from './render/text.ts'

/** Longest alternative text of a picture, in characters: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const altLength = 1_000

/** Longest comment beside a file, in characters. */
const commentLength = 3_000

/** How long the upload may take, in milliseconds. */
const uploadWithinMs = 5_000

/**
 * Sends a file to one person as a direct message. Needs the scopes `im:write` and `files:write`. The client's own `filesUploadV2` sends `alt_text`,
 * but Slack's method takes `alt_txt`.
 */
export async function attach(client: webApi.WebClient, users: string, attachment: Attachment): Promise<void> {
  const { name, content, comment, alt } = attachment
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const { channel } = await callSlack(() => client.conversations.open({ users }))
  const { upload_url: url = '', file_id: id = '' } = await callSlack(() =>
    client.files.getUploadURLExternal({
      filename: name,
      length: bytes.length,
      ...(alt !== undefined && { alt_txt: alt.slice(0, altLength) }),
    }),
  )
  await upload(url, bytes)
  await callSlack(() =>
    client.files.completeUploadExternal({
      channel_id: channel?.id ?? '',
      files: [{ id, title: name }],
      initial_comment: mrkdwn(comment, commentLength),
    }),
  )
}

async function upload(url: string, bytes: Uint8Array): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes.slice(),
    redirect: 'error',
    signal: AbortSignal.timeout(uploadWithinMs),
  })
  await response.body?.cancel()
  if (response.ok) return
  throw new RetryableError('slack-upload', `Slack answered the file with status ${response.status}.`, { remedy: 'Try again.' })
}
