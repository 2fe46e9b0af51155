import type { webApi } from '@slack/bolt'
import { type Group, type Person, personOf } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import { asking } from './errors.ts'

/** What Slack says of people is believed for so long, in milliseconds. */
const believeMs = 10 * 60_000
/** Membership decides what somebody may do, so it is asked for more often. */
const believeMembersMs = 60_000

export interface SlackPeople {
  /**
   * The configuration's person with this account; else the one with the account's confirmed email, so that nobody is two people; else a person that is
   * only this account. While Slack does not answer, only the account counts.
   */
  identify(userId: string, name: string): Promise<Person>
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  away(people: readonly Person[]): Promise<ReadonlySet<string>>
}

interface SlackUser {
  readonly gone: boolean
  readonly email?: string
}

/** Needs the scopes `users:read`, `users:read.email` and `usergroups:read`; without them only listed accounts and people count. */
export function slackPeople(client: webApi.WebClient, people: readonly Person[], log: Log): SlackPeople {
  const users = new Map<string, { readonly user: SlackUser; readonly at: number }>()
  const members = new Map<string, { readonly ids: readonly string[]; readonly at: number }>()

  const userOf = async (id: string): Promise<SlackUser> => {
    const known = users.get(id)
    if (known !== undefined && performance.now() - known.at < believeMs) return known.user
    const user = await lookUp(client, id)
    users.set(id, { user, at: performance.now() })
    return user
  }
  const membersOf = async (group: string): Promise<readonly string[]> => {
    const known = members.get(group)
    if (known !== undefined && performance.now() - known.at < believeMembersMs) return known.ids
    const { users: ids = [] } = await asking(() => client.usergroups.users.list({ usergroup: group }))
    members.set(group, { ids, at: performance.now() })
    return ids
  }

  return {
    async identify(userId, name) {
      const byAccount = personOf(people, 'slack', userId, name)
      const emails = people.some(({ email, accounts }) => email !== undefined && accounts.slack === undefined)
      if (byAccount.key !== `slack:${userId}` || !emails) return byAccount
      try {
        const { email } = await userOf(userId)
        const byEmail = people.find((person) => email !== undefined && person.email?.toLowerCase() === email.toLowerCase())
        return byEmail === undefined ? byAccount : { ...byEmail, accounts: { slack: userId, ...byEmail.accounts } }
      } catch (error) {
        log.warn({ err: error }, 'an account is not told apart by its email')
        return byAccount
      }
    },
    async groupsOf({ accounts }, groups) {
      const id = accounts.slack
      if (id === undefined) return []
      const asked = groups.filter(({ surface }) => surface === 'slack')
      const inside = await Promise.all(asked.map(async (group) => ((await membersOf(group.id)).includes(id) ? group : undefined)))
      return inside.filter((group) => group !== undefined)
    },
    async away(asked) {
      const gone = await Promise.all(
        asked.map(async ({ key, accounts: { slack } }) => {
          if (slack === undefined) return undefined
          const user = await userOf(slack).catch(() => undefined)
          return user?.gone === true ? key : undefined
        }),
      )
      return new Set(gone.filter((key) => key !== undefined))
    },
  }
}

async function lookUp(client: webApi.WebClient, id: string): Promise<SlackUser> {
  try {
    const { user } = await client.users.info({ user: id })
    const email = user?.is_email_confirmed === false ? undefined : user?.profile?.email
    return { gone: user?.deleted === true, ...(email !== undefined && { email }) }
  } catch (error) {
    const data: unknown = error instanceof Error ? Reflect.get(error, 'data') : undefined
    if (Reflect.get(Object(data), 'error') === 'user_not_found') return { gone: true }
    throw error
  }
}
