import type { webApi } from '@slack/bolt'
import type { Person } from '../../domain/person.ts'
import type { Attachment } from '../surface.ts'
import { asking } from './errors.ts'

/** A file for one person, in the direct message with them. Needs the scopes `im:write` and `files:write`. */
export async function attach(client: webApi.WebClient, person: Person, { name, content, comment }: Attachment): Promise<void> {
  const users = person.accounts.slack ?? person.name
  const { channel } = await asking(() => client.conversations.open({ users }))
  await asking(() =>
    client.filesUploadV2({ channel_id: channel?.id ?? '', filename: name, title: name, content, initial_comment: comment }),
  )
}
