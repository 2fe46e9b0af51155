import type { webApi } from '@slack/bolt'
import type { Person } from '../../domain/person.ts'
import type { Attachment } from '../surface.ts'
import { asking } from './errors.ts'

/** Slack's limit for the text in place of a picture: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const altLength = 1_000

/** A file for one person, in the direct message with them. Needs the scopes `im:write` and `files:write`. */
export async function attach(
  client: webApi.WebClient,
  person: Person,
  { name, content, comment, alt }: Attachment,
): Promise<void> {
  const users = person.accounts.slack ?? person.name
  const { channel } = await asking(() => client.conversations.open({ users }))
  await asking(() =>
    client.filesUploadV2({
      channel_id: channel?.id ?? '',
      filename: name,
      title: name,
      initial_comment: comment,
      ...(typeof content === 'string' ? { content } : { file: Buffer.from(content) }),
      ...(alt !== undefined && { alt_text: alt.slice(0, altLength) }),
    }),
  )
}
