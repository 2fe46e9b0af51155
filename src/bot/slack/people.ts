import type { webApi } from '@slack/bolt'
import { TerminalError } from '../../domain/errors.ts'
import { type Group, type Person, personOf } from '../../domain/person.ts'
import type { Membership } from '../chat/limited-handlers.ts'
import type { Absence } from '../chat/surface.ts'
import { callSlack, slackErrorCode } from './errors.ts'

/** For how long an account's email is cached, in milliseconds. */
const emailCacheMs = 10 * 60_000
/** For how long group members and deactivated accounts are cached, in milliseconds; these are only shown. */
const shownCacheMs = 15_000
/** For how long it is cached that an email has no account, in milliseconds. A found account is cached for good: Slack does not find deactivated ones. */
const noAccountCacheMs = 60_000
/** How many members of a group are looked up by email, at most. */
const membersLookedUp = 30

export interface SlackPeople {
  /**
   * The configuration's person with this account; else the one with the account's confirmed email, so that one person is not counted twice; else a
   * person with this account only. Throws while Slack does not say whose account it is.
   */
  identify(userId: string, name: string): Promise<Person>
  /** Who is listed is a member. Where the app may not ask, everybody is. Throws while Slack does not say. */
  membershipOf(userId: string, person: Person): Promise<Membership>
  /** Those of the groups in which the person is. Never cached: membership decides what a person may do. Throws when Slack does not say. */
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  /** The account to write to. Throws a `TerminalError` (`place-unreachable`) where the person has none. */
  accountOf(person: Person): Promise<string>
  membersOf(groups: readonly Group[]): Promise<readonly Person[] | undefined>
  away(people: readonly Person[]): Promise<ReadonlyMap<string, Absence>>
}

interface SlackUser {
  readonly absence?: Absence
  /** Confirmed by this workspace. */
  readonly email?: string
  readonly membership: Membership
}

/** Our workspace; undefined where a whole organization installed the app. And our enterprise, where there is one. */
export interface SlackHome {
  readonly teamId?: string | undefined
  readonly enterpriseId?: string | undefined
}

interface PeopleOptions {
  readonly people: readonly Person[]
  /** Where the app is installed. */
  home(): SlackHome
}

/** Needs the scopes `users:read`, `users:read.email` and `usergroups:read`; without them only listed accounts count. */
export function slackPeople(client: webApi.WebClient, { people, home }: PeopleOptions): SlackPeople {
  const users = new Map<string, { readonly user: SlackUser; readonly at: number }>()
  const accountsByEmail = new Map<string, { readonly id: string | undefined; readonly at: number }>()
  const pending = new Map<string, Promise<readonly string[]>>()
  const emails = people.some(({ email }) => email !== undefined)

  const userOf = async (id: string, withinMs: number): Promise<SlackUser> => {
    const known = users.get(id)
    if (known !== undefined && performance.now() - known.at < withinMs) return known.user
    const user = await lookUp(client, id, home())
    users.set(id, { user, at: performance.now() })
    return user
  }
  /** Calls at the same time share one request. */
  const membersOf = (group: string): Promise<readonly string[]> => {
    const members = pending.get(group) ?? membersIn(client, group).finally(() => pending.delete(group))
    pending.set(group, members)
    return members
  }

  const identify = async (userId: string, name: string): Promise<Person> => {
    const byAccount = personOf(people, 'slack', userId, name)
    if (byAccount.key !== `slack:${userId}` || !emails) return byAccount
    const { email } = await userOf(userId, emailCacheMs)
    if (email === undefined) return byAccount
    const byEmail = people.find((person) => person.email?.toLowerCase() === email.toLowerCase())
    return byEmail === undefined ? { ...byAccount, email } : { ...byEmail, accounts: { slack: userId, ...byEmail.accounts } }
  }
  const shown = new Map<string, { readonly ids: readonly string[]; readonly at: number }>()
  const shownMembersOf = async (group: string): Promise<readonly string[]> => {
    const known = shown.get(group)
    if (known !== undefined && performance.now() - known.at < shownCacheMs) return known.ids
    const ids = await membersOf(group)
    shown.set(group, { ids, at: performance.now() })
    return ids
  }
  const accountBy = async (email: string): Promise<string | undefined> => {
    const known = accountsByEmail.get(email)
    if (known !== undefined && (known.id !== undefined || isYoung(known, noAccountCacheMs))) return known.id
    return await askForAccount(email)
  }
  const askForAccount = async (email: string): Promise<string | undefined> => {
    const id = await accountWith(client, email)
    accountsByEmail.set(email, { id, at: performance.now() })
    return id
  }
  /** Where the account that the email led to has gone, the person may have a new one. */
  const newAccountOf = async ({ email, accounts }: Person, gone: string): Promise<string | undefined> => {
    const known = accountsByEmail.get(email ?? '')
    if (accounts.slack !== undefined || email === undefined || (known !== undefined && isYoung(known, noAccountCacheMs)))
      return undefined
    const id = await askForAccount(email)
    if (id === undefined) accountsByEmail.set(email, { id: gone, at: performance.now() })
    return id === gone ? undefined : id
  }
  const accountOf = async ({ name, email, accounts }: Person): Promise<string> => {
    if (accounts.slack !== undefined) return accounts.slack
    const found = email === undefined ? undefined : await accountBy(email)
    if (found === undefined) {
      throw new TerminalError('place-unreachable', `${name} has no account in Slack that I know of.`, {
        remedy: 'Give their Slack id or their email in the configuration.',
      })
    }
    return found
  }
  /** Undefined where the person has none, e.g. with an account in another chat only. Throws when Slack does not say. */
  const accountIfAny = async (person: Person): Promise<string | undefined> => {
    try {
      return await accountOf(person)
    } catch (error) {
      if (error instanceof TerminalError && error.code === 'place-unreachable') return undefined
      throw error
    }
  }
  const absences = new Map<string, Absence | undefined>()
  const absenceOf = async (person: Person): Promise<Absence | undefined> => {
    try {
      const account = await accountIfAny(person)
      const absence = account === undefined ? 'unknown' : (await userOf(account, shownCacheMs)).absence
      const other = absence === undefined || account === undefined ? undefined : await newAccountOf(person, account)
      absences.set(person.key, other === undefined ? absence : (await userOf(other, shownCacheMs)).absence)
    } catch {
      // Slack does not say: the last known answer stays.
    }
    return absences.get(person.key)
  }

  return {
    identify,
    membershipOf: async (userId, { key }) =>
      key === `slack:${userId}` ? (await userOf(userId, emailCacheMs)).membership : 'member',
    async groupsOf(person, groups) {
      const id = await accountIfAny(person)
      if (id === undefined) return []
      const inside = await Promise.all(
        groups.map(async (group) => ((await membersOf(group.id)).includes(id) ? group : undefined)),
      )
      return inside.filter((group) => group !== undefined)
    },
    accountOf,
    async membersOf(groups) {
      const lists = await Promise.all(groups.map(({ id }) => shownMembersOf(id))).catch(() => undefined)
      if (lists === undefined) return undefined
      const ids = [...new Set(lists.flat())]
      return await Promise.all(
        ids.map(async (id, index) => {
          const byAccount = personOf(people, 'slack', id, id)
          return index < membersLookedUp ? await identify(id, id).catch(() => byAccount) : byAccount
        }),
      )
    },
    async away(asked) {
      const found = await Promise.all(asked.map(async (person) => ({ key: person.key, absence: await absenceOf(person) })))
      return new Map(found.flatMap(({ key, absence }) => (absence === undefined ? [] : [[key, absence]])))
    },
  }
}

async function membersIn(client: webApi.WebClient, group: string): Promise<readonly string[]> {
  try {
    const { users = [] } = await callSlack(() => client.usergroups.users.list({ usergroup: group }))
    return users
  } catch (error) {
    // A group that does not exist, or was disabled, has no members.
    if (slackErrorCode(error) === 'no_such_subteam') return []
    throw error
  }
}

async function accountWith(client: webApi.WebClient, email: string): Promise<string | undefined> {
  try {
    return (await callSlack(() => client.users.lookupByEmail({ email }))).user?.id
  } catch (error) {
    const word = slackErrorCode(error)
    if (word === 'users_not_found' || isNotGranted(word)) return undefined
    throw error
  }
}

type WireUser = NonNullable<webApi.UsersInfoResponse['user']>

async function lookUp(client: webApi.WebClient, id: string, home: SlackHome): Promise<SlackUser> {
  try {
    const { user } = await client.users.info({ user: id })
    const email = user === undefined || !isConfirmed(user, home) ? undefined : user.profile?.email
    const membership = user === undefined ? 'member' : membershipOf(user, home)
    return { membership, ...(user?.deleted === true && { absence: 'deactivated' }), ...(email !== undefined && { email }) }
  } catch (error) {
    const word = slackErrorCode(error)
    if (word === 'user_not_found') return { absence: 'unknown', membership: 'member' }
    if (isNotGranted(word)) return { membership: 'member' }
    throw error
  }
}

/** The app lacks the scope. Then no account is matched with a person by email. */
function isNotGranted(word: unknown): boolean {
  return word === 'missing_scope' || word === 'unknown_method'
}

/**
 * Whether the email counts as the account's own. In a shared channel another workspace sets the emails of its people, so those never count. Slack's
 * reference shows answers without `is_email_confirmed`: such an email counts as confirmed.
 */
function isConfirmed(user: WireUser, home: SlackHome): boolean {
  const { teamId, enterpriseId } = home
  const ours =
    teamId === undefined
      ? enterpriseId === undefined || user.enterprise_user?.enterprise_id === enterpriseId
      : user.team_id === teamId || user.enterprise_user?.teams?.includes(teamId) === true
  const person = user.deleted !== true && user.is_bot !== true
  const confirmed = user.is_email_confirmed !== false && user.is_email_confirmed !== null
  return ours && person && user.is_stranger !== true && confirmed
}

/** Members are those of our workspace or our enterprise. https://docs.slack.dev/apis/slack-connect/ */
function membershipOf(user: WireUser, { teamId, enterpriseId }: SlackHome): Membership {
  const { team_id: team, enterprise_user: enterprise, is_stranger: isStranger } = user
  const isOfTeam = teamId !== undefined && (team === undefined || team === teamId || enterprise?.teams?.includes(teamId) === true)
  const isOfEnterprise = enterpriseId !== undefined && enterprise?.enterprise_id === enterpriseId
  const isUnknown = teamId === undefined && enterpriseId === undefined
  if (isStranger === true || !(isOfTeam || isOfEnterprise || isUnknown)) return 'stranger'
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member'
}

function isYoung({ at }: { readonly at: number }, withinMs: number): boolean {
  return performance.now() - at < withinMs
}
