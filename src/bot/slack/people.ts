import type { webApi } from '@slack/bolt'
import { type Group, type Person, personOf } from '../../domain/person.ts'
import { asking } from './errors.ts'

/** Whose account it is changes rarely: believed for so long, in milliseconds. */
const believeMs = 10 * 60_000
/** Whether an account is still there is only shown; it is asked again after so long, in milliseconds. */
const believeAwayMs = 15_000

export interface SlackPeople {
  /**
   * The configuration's person with this account; else the one with the account's confirmed email, so that nobody is two people; else a person that is
   * only this account. Throws while Slack does not say whose account it is.
   */
  identify(userId: string, name: string): Promise<Person>
  /** Asked anew every time: membership decides what somebody may do. Throws when Slack does not say. */
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  away(people: readonly Person[]): Promise<ReadonlySet<string>>
}

interface SlackUser {
  readonly gone: boolean
  /** That Slack vouches for. */
  readonly email?: string
}

interface PeopleOptions {
  readonly people: readonly Person[]
  /** Our workspace; nothing where the app serves a whole organization. */
  teamId(): string | undefined
}

/** Needs the scopes `users:read`, `users:read.email` and `usergroups:read`; without them only listed accounts count. */
export function slackPeople(client: webApi.WebClient, { people, teamId }: PeopleOptions): SlackPeople {
  const users = new Map<string, { readonly user: SlackUser; readonly at: number }>()
  const pending = new Map<string, Promise<readonly string[]>>()
  const emails = people.some(({ email }) => email !== undefined)

  const userOf = async (id: string, withinMs: number): Promise<SlackUser> => {
    const known = users.get(id)
    if (known !== undefined && performance.now() - known.at < withinMs) return known.user
    const user = await lookUp(client, id, teamId())
    users.set(id, { user, at: performance.now() })
    return user
  }
  /** Several who ask at the same moment share one answer. */
  const membersOf = (group: string): Promise<readonly string[]> => {
    const members = pending.get(group) ?? membersIn(client, group).finally(() => pending.delete(group))
    pending.set(group, members)
    return members
  }

  return {
    async identify(userId, name) {
      const byAccount = personOf(people, 'slack', userId, name)
      if (byAccount.key !== `slack:${userId}` || !emails) return byAccount
      const { email } = await userOf(userId, believeMs)
      if (email === undefined) return byAccount
      const byEmail = people.find((person) => person.email?.toLowerCase() === email.toLowerCase())
      return byEmail === undefined ? { ...byAccount, email } : { ...byEmail, accounts: { slack: userId, ...byEmail.accounts } }
    },
    async groupsOf({ accounts }, groups) {
      const id = accounts.slack
      if (id === undefined) return []
      const ours = groups.filter(({ surface }) => surface === 'slack')
      const inside = await Promise.all(ours.map(async (group) => ((await membersOf(group.id)).includes(id) ? group : undefined)))
      return inside.filter((group) => group !== undefined)
    },
    async away(asked) {
      const gone = await Promise.all(
        asked.map(async ({ key, accounts: { slack } }) => {
          if (slack === undefined) return undefined
          const user = await userOf(slack, believeAwayMs).catch(() => undefined)
          return user?.gone === true ? key : undefined
        }),
      )
      return new Set(gone.filter((key) => key !== undefined))
    },
  }
}

async function membersIn(client: webApi.WebClient, group: string): Promise<readonly string[]> {
  const { users = [] } = await asking(() => client.usergroups.users.list({ usergroup: group }))
  return users
}

type WireUser = NonNullable<webApi.UsersInfoResponse['user']>

async function lookUp(client: webApi.WebClient, id: string, teamId: string | undefined): Promise<SlackUser> {
  try {
    const { user } = await client.users.info({ user: id })
    const email = user === undefined || !isVouchedFor(user, teamId) ? undefined : user.profile?.email
    return { gone: user?.deleted === true, ...(email !== undefined && { email }) }
  } catch (error) {
    const data: unknown = error instanceof Error ? Reflect.get(error, 'data') : undefined
    if (Reflect.get(Object(data), 'error') === 'user_not_found') return { gone: true }
    throw error
  }
}

/** Another workspace, which a shared channel lets in, may say of its people what it likes. */
function isVouchedFor(user: WireUser, teamId: string | undefined): boolean {
  const ours = teamId === undefined || user.team_id === teamId || user.enterprise_user?.teams?.includes(teamId) === true
  const person = user.deleted !== true && user.is_bot !== true
  return ours && person && user.is_stranger !== true && user.is_email_confirmed === true
}
