import { z } from 'zod'

/** What the bot reads of an activity; whatever else Teams sends is left alone. */

const shortText = z.string().max(500)

export const activitySchema = z.object({
  type: shortText,
  id: shortText.optional(),
  name: shortText.optional(),
  action: shortText.optional(),
  channelId: shortText.optional(),
  serviceUrl: z.string().max(2_000).optional(),
  text: z.string().optional().catch(undefined),
  value: z.unknown().optional(),
  replyToId: shortText.optional(),
  from: z
    .object({ id: shortText, name: shortText.optional(), aadObjectId: shortText.optional(), role: shortText.optional() })
    .optional()
    .catch(undefined),
  membersAdded: z
    .array(z.looseObject({ id: shortText }))
    .optional()
    .catch(undefined),
  recipient: z.object({ id: shortText, name: shortText.optional() }).optional().catch(undefined),
  conversation: z
    .object({ id: shortText, conversationType: shortText.optional(), tenantId: shortText.optional() })
    .optional()
    .catch(undefined),
  entities: z
    .array(z.looseObject({ type: z.string(), text: z.string().optional(), mentioned: z.object({ id: z.string() }).optional() }))
    .optional()
    .catch(undefined),
  channelData: z
    .looseObject({ tenant: z.object({ id: shortText }).optional() })
    .optional()
    .catch(undefined),
})

export type TeamsActivity = z.infer<typeof activitySchema>

/** Every tenant that it names, in lower case; one where all is well. */
export function tenantsOf({ conversation, channelData }: TeamsActivity): readonly string[] {
  const named = [conversation?.tenantId, channelData?.tenant?.id].flatMap((id) => (id === undefined ? [] : [id.toLowerCase()]))
  return [...new Set(named)]
}

/** What people type is escaped, so that a tag is never theirs. */
const markup = /<\/?[a-z]+(\s[^<>]*)?\/?>/gi

/** What somebody wrote, without the mention of the bot and without markup. */
export function commandText({ text = '', entities = [], recipient }: TeamsActivity): string {
  const mentions = entities.filter(({ type, mentioned }) => type === 'mention' && mentioned?.id === recipient?.id)
  const bare = mentions.reduce((rest, mention) => (mention.text === undefined ? rest : rest.replace(mention.text, ' ')), text)
  return bare
    .replace(markup, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('\u00a0', ' ')
    .trim()
    .replace(/^\/?(privatelink\b)?\s*/i, '')
    .trim()
}
