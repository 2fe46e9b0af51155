import type { Activity } from 'botbuilder'
import type { OfferedFiles } from '../../redis/offered-files.ts'
import type { Attachment } from '../chat/surface.ts'
import type { Connector, Where } from './connector.ts'
import { cardUnits } from './render/limits.ts'
import { collectMentions, markdown, plainText } from './render/text.ts'

/**
 * A picture stands in a message, where it is small enough. Anything else is offered: Teams asks the person, and then tells the bot where to put it.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
 */
export async function attach(
  { connector, files }: { readonly connector: Pick<Connector, 'send'>; readonly files: OfferedFiles },
  where: Where,
  person: string,
  { name, content, comment, alt }: Attachment,
): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const picture = alt === undefined ? undefined : pictureMessage(bytes, comment, alt)
  if (picture !== undefined) {
    await connector.send(where, picture)
    return
  }
  const id = await files.offer(person, { name, content: bytes })
  await connector.send(where, {
    type: 'message',
    summary: plainText(`${name}: ${comment}`, 300),
    attachments: [
      {
        contentType: 'application/vnd.microsoft.teams.card.file.consent',
        name,
        content: {
          description: plainText(comment, 500),
          sizeInBytes: bytes.length,
          acceptContext: { file: id },
          declineContext: { file: id },
        },
      },
    ],
  })
}

/** Nothing when it does not fit into a message. */
function pictureMessage(bytes: Uint8Array, comment: string, alt: string): Partial<Activity> | undefined {
  const content = {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [
      { type: 'TextBlock', text: markdown(comment, collectMentions()), wrap: true },
      { type: 'Image', url: `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`, altText: plainText(alt, 1_000) },
    ],
    msteams: { width: 'full' },
  }
  if (JSON.stringify(content).length > cardUnits) return undefined
  return {
    type: 'message',
    summary: plainText(comment, 300),
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  }
}
