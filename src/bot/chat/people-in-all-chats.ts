import type { Group, Person } from '../../domain/person.ts'
import type { Chats } from './chats.ts'
import type { Absence, ChatSurface } from './surface.ts'

/** People and groups over all chats. A chat is asked about its own groups, and about every person. */
export type PeopleInAllChats = Pick<ChatSurface, 'groupsOf' | 'membersOf' | 'away'>

export function peopleInAllChats(chats: Chats): PeopleInAllChats {
  const perChat = (groups: readonly Group[]) =>
    [...chats.values()].flatMap((chat) => {
      const own = groups.filter(({ surface }) => surface === chat.name)
      return own.length === 0 ? [] : [{ chat, own }]
    })
  return {
    /** The groups of all chats that answered. Throws when there are none and a chat did not answer. */
    async groupsOf(person, groups) {
      const answers = await Promise.allSettled(perChat(groups).map(({ chat, own }) => chat.groupsOf(person, own)))
      const inside = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
      const failed = answers.find((answer) => answer.status === 'rejected')
      if (inside.length === 0 && failed !== undefined) throw failed.reason
      return inside
    },
    /** Undefined when a chat does not answer, or is not served. */
    async membersOf(groups) {
      if (groups.some(({ surface }) => !chats.has(surface))) return undefined
      const lists = await Promise.all(perChat(groups).map(({ chat, own }) => chat.membersOf(own)))
      return lists.some((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? [])
    },
    /** A person is away when every chat says so: with one account they can act. */
    async away(people) {
      const answers = await Promise.all([...chats.values()].map((chat) => chat.away(people)))
      return new Map(people.flatMap(({ key }) => mergedAbsence(key, answers)))
    },
  }
}

/** `deactivated` in one chat outweighs `unknown` in another. */
function mergedAbsence(key: Person['key'], answers: readonly ReadonlyMap<string, Absence>[]): readonly [string, Absence][] {
  const absences = answers.map((answer) => answer.get(key))
  if (absences.length === 0 || absences.includes(undefined)) return []
  return [[key, absences.includes('deactivated') ? 'deactivated' : 'unknown']]
}
