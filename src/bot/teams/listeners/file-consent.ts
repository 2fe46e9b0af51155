import type { InvokeResponse } from 'botbuilder'
import { z } from 'zod'
import type { OfferedFile, OfferedFiles } from '../../../redis/offered-files.ts'
import { say } from '../../chat/card.ts'
import { messageOf } from '../message.ts'
import type { ListenerContext, Spoken } from './context.ts'

const valueSchema = z.object({
  action: z.enum(['accept', 'decline']),
  context: z.object({ file: z.string().max(100) }),
  uploadInfo: z
    .object({
      uploadUrl: z.url({ protocol: /^https$/ }),
      contentUrl: z.url({ protocol: /^https$/ }),
      name: z.string(),
      uniqueId: z.string(),
      fileType: z.string(),
    })
    .optional(),
})

/** How long the bytes may take, in milliseconds. */
const patienceMs = 8_000

const gone = say('This file is not kept any more: a day has passed, or it was offered to somebody else. Ask for it again.')
const failed = say('The file could not be put into your OneDrive. Accept it again, or ask for it again.')

/** Puts an offered file where Teams says, once its receiver has accepted it. */
export async function answerFileConsent(
  { connector, log }: ListenerContext,
  files: OfferedFiles,
  { activity, speaker, where }: Spoken,
): Promise<InvokeResponse> {
  const value = valueSchema.safeParse(activity.value)
  if (!value.success || value.data.action === 'decline' || value.data.uploadInfo === undefined) return { status: 200 }
  const { context, uploadInfo } = value.data
  const file = await files.take(speaker.objectId, context.file)
  if (file === undefined) {
    await connector.send(where, messageOf(gone))
    return { status: 200 }
  }
  try {
    await upload(uploadInfo.uploadUrl, file)
  } catch (error) {
    log.warn({ err: error }, 'a file was not taken')
    await connector.send(where, messageOf(failed))
    return { status: 200 }
  }
  const { contentUrl, name, uniqueId, fileType } = uploadInfo
  const card = {
    contentType: 'application/vnd.microsoft.teams.card.file.info',
    contentUrl,
    name,
    content: { uniqueId, fileType },
  }
  await connector.send(where, { type: 'message', attachments: [card] })
  return { status: 200 }
}

/** The address is secret and works without a token, so that none is sent. */
async function upload(url: string, { content }: OfferedFile): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `bytes 0-${content.length - 1}/${content.length}`,
    },
    body: content.slice(),
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`The upload was answered with status ${response.status}.`)
}
