import { TerminalError } from '../../domain/errors.ts'
import { type Group, type Person, personOf } from '../../domain/person.ts'
import type { TeamsPerson, TeamsReferences } from '../../redis/teams-references.ts'
import type { Membership } from '../chat/limited-handlers.ts'
import type { Absence } from '../chat/surface.ts'
import type { Connector, Member, Where } from './connector.ts'
import type { Graph } from './graph.ts'

/** For how long an account's email is cached, in milliseconds. */
const emailCacheMs = 10 * 60_000
/** For how long group members are cached, in milliseconds; these are only shown. */
const shownCacheMs = 15_000
/** The same of whether an account is disabled. */
const accountCacheMs = 60_000

/** Somebody who speaks. */
export interface Speaker {
  readonly id: string
  readonly name: string
  readonly objectId: string
}

export interface TeamsPeople {
  /**
   * The configuration's person with this Entra object id; else the one with the account's email, unless it is a guest's; else a person that is only this
   * account. Throws while Teams does not say whose account it is.
   */
  identify(speaker: Speaker, where: Where): Promise<Person>
  /** Who is listed is a member; a guest of the tenant is told by the roster. */
  membershipOf(speaker: Speaker, person: Person, where: Where): Promise<Membership>
  /** Asked anew every time: membership decides what somebody may do. Throws when Microsoft Graph does not say, or may not be asked. */
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  membersOf(groups: readonly Group[]): Promise<readonly Person[] | undefined>
  away(people: readonly Person[]): Promise<ReadonlyMap<string, Absence>>
  /** How Teams knows them. Throws a `TerminalError` where it does not. */
  accountOf(person: Person): Promise<TeamsPerson & { readonly objectId: string }>
}

interface PeopleOptions {
  readonly people: readonly Person[]
  readonly references: TeamsReferences
  readonly connector: Pick<Connector, 'member' | 'members'>
  /** Nothing while authentication is off. */
  readonly graph: Graph | undefined
  /** Channels of the configuration, whose rosters are searched for people by email. */
  channels(): Promise<readonly Where[]>
}

export function teamsPeople({ people, references, connector, graph, channels }: PeopleOptions): TeamsPeople {
  const emails = people.some(({ email }) => email !== undefined)
  const membersByObjectId = new Map<string, { readonly member: Member | undefined; readonly at: number }>()
  const rosters = new Map<string, { readonly members: readonly Member[]; readonly at: number }>()
  const absences = new Map<string, { readonly absence: Absence | undefined; readonly at: number }>()
  const shownGroups = new Map<string, { readonly members: readonly Person[]; readonly at: number }>()

  const memberBy = async (objectId: string, id: string, where: Where): Promise<Member | undefined> => {
    const known = membersByObjectId.get(objectId)
    if (known !== undefined && isYoung(known, emailCacheMs)) return known.member
    const member = await connector.member(where, id)
    membersByObjectId.set(objectId, { member, at: performance.now() })
    return member
  }
  const rosterOf = async (where: Where, cachedForMs: number): Promise<readonly Member[]> => {
    const known = rosters.get(where.conversation)
    if (known !== undefined && isYoung(known, cachedForMs)) return known.members
    const members = await connector.members(where).catch(() => known?.members ?? [])
    rosters.set(where.conversation, { members, at: performance.now() })
    return members
  }
  /**
   * Somebody who never spoke to the bot is found among those who can read the channels in which it asks. Whoever is not found may have a new account since
   * the rosters were read: these are read again after a minute.
   */
  const inRosters = async (isMeant: (member: Member) => boolean): Promise<Member | undefined> => {
    for (const cachedForMs of [emailCacheMs, accountCacheMs])
      for (const where of await channels()) {
        const found = (await rosterOf(where, cachedForMs)).find(isMeant)
        if (found !== undefined) return found
      }
    return undefined
  }
  const objectIdOf = async ({ accounts, email }: Person): Promise<string | undefined> => {
    if (accounts.teams !== undefined || email === undefined) return accounts.teams
    return (await inRosters((member) => !member.isGuest && member.email?.toLowerCase() === email.toLowerCase()))?.objectId
  }

  const absenceOf = async (person: Person): Promise<Absence | undefined> => {
    const objectId = await objectIdOf(person)
    if (objectId === undefined) return 'unknown'
    const known = absences.get(objectId)
    if (known !== undefined && isYoung(known, accountCacheMs)) return known.absence
    // Where Graph does not say, the person counts as present, and is not asked about again at once.
    const state = await graph?.accountState(objectId).catch(() => undefined)
    const absence = state === 'disabled' ? 'deactivated' : state === 'unknown' ? 'unknown' : undefined
    absences.set(objectId, { absence, at: performance.now() })
    return absence
  }

  return {
    async identify({ id, name, objectId }, where) {
      const byAccount = personOf(people, 'teams', objectId, name)
      if (byAccount.key !== `teams:${objectId}` || !emails) return byAccount
      const member = await memberBy(objectId, id, where)
      if (member?.email === undefined || member.isGuest) return byAccount
      const email = member.email
      const byEmail = people.find((person) => person.email?.toLowerCase() === email.toLowerCase())
      return byEmail === undefined ? { ...byAccount, email } : { ...byEmail, accounts: { teams: objectId, ...byEmail.accounts } }
    },
    async membershipOf({ id, objectId }, { key }, where) {
      if (key !== `teams:${objectId}`) return 'member'
      return (await memberBy(objectId, id, where))?.isGuest === true ? 'guest' : 'member'
    },
    async groupsOf(person, groups) {
      const objectId = await objectIdOf(person)
      if (objectId === undefined) return []
      if (graph === undefined)
        throw new TerminalError('groups-unknown', 'Groups of Teams cannot be asked about while TEAMS_AUTH is disabled.', {
          remedy: 'Name the approvers as people.',
        })
      const ids = await graph.groupsOf(
        objectId,
        groups.map(({ id }) => id),
      )
      return groups.filter(({ id }) => ids.some((each) => each.toLowerCase() === id.toLowerCase()))
    },
    async membersOf(groups) {
      if (graph === undefined) return undefined
      const lists = await Promise.all(
        groups.map(async ({ id }) => {
          const known = shownGroups.get(id)
          if (known !== undefined && isYoung(known, shownCacheMs)) return known.members
          const members = (await graph.membersOf(id)).map((member) => personOf(people, 'teams', member.id, member.name))
          shownGroups.set(id, { members, at: performance.now() })
          return members
        }),
      ).catch(() => undefined)
      return lists?.flat()
    },
    async away(asked) {
      const found = await Promise.all(
        asked.map(async (person) => [person.key, await absenceOf(person).catch(() => undefined)] as const),
      )
      return new Map(found.flatMap(([key, absence]) => (absence === undefined ? [] : [[key, absence]])))
    },
    async accountOf(person) {
      const objectId = await objectIdOf(person)
      if (objectId === undefined) {
        throw new TerminalError('place-unreachable', `${person.name} has no account in Teams that I know of.`, {
          remedy: 'Give their Entra object id or their email in the configuration, and add the app to a team that they are in.',
        })
      }
      const known = await references.person(objectId)
      if (known !== undefined) return { ...known, objectId }
      const member = await inRosters((each) => each.objectId?.toLowerCase() === objectId.toLowerCase())
      return { id: member?.id ?? objectId, name: member?.name ?? person.name, objectId }
    },
  }
}

function isYoung({ at }: { readonly at: number }, withinMs: number): boolean {
  return performance.now() - at < withinMs
}
