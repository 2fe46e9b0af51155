import type { BotConfig } from '../../config.ts'
import type { CheckupPart } from '../../domain/checkup.ts'
import type { Surface } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Connection } from '../../redis/connection.ts'
import { redisTeamsReferences } from '../../redis/teams-references.ts'

/** What the bot may know: its chats, and where it has to post. */
export async function botPart(config: BotConfig, redis: Connection, log: Log): Promise<readonly CheckupPart[]> {
  const { policies, people, slack, teams } = config
  const channels = (surface: Surface) =>
    [
      ...new Map(
        policies.flatMap(({ places }) => places.filter((place) => place.surface === surface)).map((place) => [place.id, place]),
      ).values(),
    ].map(({ id, name = id }) => ({ id, name }))
  const groups = policies
    .flatMap((policy) => [...policy.groups, ...(policy.requesters?.groups ?? [])])
    .map(({ surface, id }) => ({ surface, id }))
  const of = (surface: Surface) => [...new Set(groups.filter((group) => group.surface === surface).map(({ id }) => id))]
  const parts: CheckupPart[] = []
  if (slack !== undefined) {
    const { slackPart } = await import('../slack/doctor.ts')
    const { signingSecret: _, ...settings } = slack
    parts.push(
      slackPart({
        ...settings,
        channels: channels('slack'),
        groups: of('slack'),
        usesEmails: people.some(({ email, accounts }) => email !== undefined && accounts.slack === undefined),
        log,
      }),
    )
  }
  if (teams !== undefined) {
    const { teamsPart } = await import('../teams/doctor.ts')
    const references = redisTeamsReferences(redis)
    parts.push(
      teamsPart({
        settings: teams,
        channels: channels('teams'),
        groups: of('teams'),
        serviceUrlOf: async (conversation) => await references.serviceUrl(conversation),
      }),
    )
  }
  return parts
}
