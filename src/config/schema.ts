import ms from 'ms'
import { z } from 'zod'
import { ownTags } from '../domain/ownership.ts'
import { actions } from '../domain/request.ts'
import { placeholders } from '../domain/resource-names.ts'
import { nearest, sameId } from '../domain/target.ts'

/** An object whose unknown keys are errors that name the nearest valid key. */
function known<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      return issue.keys
        .map((key) => {
          const guess = nearest(key, Object.keys(shape))
          return `unknown key "${key}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`
        })
        .join(', ')
    },
  })
}

const text = z.string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be text') }).min(1, 'is empty')
const subscription = text.pipe(z.uuid('must be a subscription id (a UUID)'))

/** Shorter than this is a slip, e.g. of a unit, in milliseconds. */
const shortestMs = 1_000

/** Longer than this nobody remembers what was asked, in milliseconds. */
const longestMs = 90 * 86_400_000

const duration = z.string().transform((value, context) => {
  const parsed = milliseconds(value)
  if (parsed > longestMs) {
    context.addIssue({ code: 'custom', message: `"${value}" is longer than 90 days` })
    return z.NEVER
  }
  if (parsed >= shortestMs) return parsed
  context.addIssue({ code: 'custom', message: `"${value}" is not a duration such as "24h" or "30m"` })
  return z.NEVER
})

/** How long something is kept, between two bounds as a person writes them. */
function kept(shortest: ms.StringValue, longest: ms.StringValue) {
  return z.string().transform((value, context) => {
    const parsed = milliseconds(value)
    if (parsed >= ms(shortest) && parsed <= ms(longest)) return parsed
    const message = `"${value}" is not a duration between "${shortest}" and "${longest}"`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

/** Without a unit `ms` means milliseconds, which nobody does. */
function milliseconds(value: string): number {
  return /[a-z]/i.test(value) ? (ms(value as ms.StringValue) ?? Number.NaN) : Number.NaN
}

/** A request is looked at for a while after its end: to undo it, or to bring its messages up to date. */
const retention = {
  requests: kept('7d', '3650d').default(ms('365d')),
  diagnoses: kept('1h', '90d').default(ms('24h')),
  messages: kept('7d', '3650d').default(ms('90d')),
}

const action = z.enum(actions, {
  error: ({ input }) => {
    const guess = typeof input === 'string' ? nearest(input, actions) : undefined
    return `"${String(input)}" is not one of ${actions.join(', ')}${guess === undefined ? '' : `; did you mean "${guess}"?`}`
  },
})

const entraId = text.pipe(z.guid('must be an Entra object id (a UUID)'))

/** A channel, or a group chat. */
const teamsConversation = text.regex(
  /^19:[^\s;@]+@(thread\.(tacv2|v2|skype)|unq\.gbl\.spaces)$/,
  'must be the id of a channel or chat, such as 19:…@thread.tacv2: it stands in the link to the channel, percent-encoded',
)

/** A public or private channel, or a direct message. */
const slackChannel = text.regex(
  /^[CGD][A-Z0-9]{2,}$/,
  'must be the id of a channel, such as C0123456789, and not its name: open the channel in Slack, click its name, and copy the Channel ID at the end of "About"',
)

const slackMember = text.regex(
  /^[UW][A-Z0-9]{1,}$/,
  'must be the id of a member, such as U0123456789, and not a name: open the profile in Slack, click the three dots, and choose "Copy member ID"',
)

const nameTemplate = text.refine(
  (template) => [...template.matchAll(/\{([^}]*)\}/g)].every(([, word]) => placeholders.some((known) => known === word)),
  `may use only ${placeholders.map((word) => `{${word}}`).join(', ')}`,
)

const securityGroup = text.regex(
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/applicationSecurityGroups\/[^/]+$/i,
  'must be the resource id of an application security group',
)

/** DNS zones and links take 15 tags, some of which are the bot's own. Source: limits of tags, and of those of Azure DNS. */
const mostTags = 15 - ownTags.length

/** Azure would refuse them only after somebody has approved the plan. */
const tags = z.record(z.string(), z.string().max(256, 'is over 256 characters')).superRefine((all, context) => {
  const names = Object.keys(all)
  if (names.length > mostTags) context.addIssue({ code: 'custom', message: `are over ${mostTags}` })
  for (const name of names) {
    const own = ownTags.find((tag) => sameId(tag, name))
    if (own !== undefined) {
      const message = `is the bot's own tag ${own}, by which it knows what it made: Azure does not tell tags apart by case. Choose another name`
      context.addIssue({ code: 'custom', path: [name], message })
    }
    if (/^(?!\d)[^\s()<>%&\\?/]{1,512}$/.test(name)) continue
    const message = 'is no name of a tag: DNS zones take none with a space, a parenthesis or <>%&\\?/, or with a digit in front'
    context.addIssue({ code: 'custom', path: [name], message })
  }
})

/** The configuration file as written. Cross-references are checked in `file.ts`. */
export const fileSchema = known({
  installation: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'may hold at most 32 small letters, digits and "-"')
    .optional(),
  organizations: z
    .array(
      known({
        id: z.uuid('must be the organization id (a UUID)'),
        name: text,
        keyId: text.default('CLICKHOUSE_KEY_ID'),
        keySecret: text.default('CLICKHOUSE_KEY_SECRET'),
      }),
    )
    .min(1),
  networks: z
    .array(
      known({
        name: text.regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-"'),
        subscription,
        resourceGroup: text,
        vnet: text,
        subnet: text,
        location: text,
        dns: known({ subscription, resourceGroup: text }).optional(),
        applicationSecurityGroups: z.array(securityGroup).default([]),
        tags: tags.default({}),
      }),
    )
    .min(1),
  endpoints: known({
    name: nameTemplate.refine((template) => template.includes('{service}'), 'must contain {service}').optional(),
    networkInterface: nameTemplate.refine((template) => template.includes('{service}'), 'must contain {service}').optional(),
    listAs: z.enum(['guid', 'resource-id']).optional(),
  }).optional(),
  people: z
    .array(known({ name: text, email: z.email().optional(), slack: slackMember.optional(), teams: entraId.optional() }))
    .default([]),
  policies: z
    .array(
      known({
        networks: z.array(text).min(1),
        actions: z.array(action).min(1),
        approvers: z.array(text),
        requesters: z.array(text).min(1, 'must name somebody: leave it out where everybody may ask').optional(),
        approvals: z.int().min(1, 'must be 1 or more').default(1),
        rejectionEnds: z.boolean().default(true),
        expiry: duration.default(ms('24h')),
        reminders: z.array(duration).default([]),
        reason: z.enum(['required', 'optional']).default('optional'),
        breakGlass: z.array(text).default([]),
        channel: text,
      }),
    )
    .default([]),
  retention: known(retention).prefault({}),
  channels: z.array(known({ name: text, slack: slackChannel.optional(), teams: teamsConversation.optional() })).default([]),
})

export type ConfigFile = z.infer<typeof fileSchema>
