/** A person as policies know them: the configuration's name if it lists the account, else the account itself. */
export interface Person {
  /** Names the person in the ledger. One person may have had two: compare people by `samePerson`. */
  readonly key: string
  readonly name: string
  /** Ties accounts that the configuration does not list to this person: the configuration's, or the one that the chat has confirmed. */
  readonly email?: string
  /** The chats' own ids of the person, e.g. Slack's `U02BOB`. */
  readonly accounts: Readonly<Partial<Record<Surface, string>>>
}

/** The listed person with this account, or a person that is only this account: equal to nobody else. */
export function personOf(people: readonly Person[], surface: Surface, id: string, name: string): Person {
  return people.find(({ accounts }) => accounts[surface] === id) ?? { key: `${surface}:${id}`, name, accounts: { [surface]: id } }
}

/**
 * Whether two records are of one person. What the configuration lists, and what a chat knew at the time, may have changed between them, so that any one
 * tie is enough: nobody becomes a second person by being looked up at another moment.
 */
export function samePerson(a: Person, b: Person): boolean {
  return (
    a.key === b.key ||
    (a.email !== undefined && a.email.toLowerCase() === b.email?.toLowerCase()) ||
    surfaces.some((surface) => a.accounts[surface] !== undefined && a.accounts[surface] === b.accounts[surface])
  )
}

/** A group of people that a chat keeps, e.g. Slack's user group `S012ABC`. */
export interface Group {
  readonly surface: Surface
  readonly id: string
}

/** A conversation that messages can be posted to. */
export interface Place {
  readonly surface: Surface
  /** The chat's own id, e.g. Slack's `C012ABC`. */
  readonly id: string
}

const surfaces = ['slack', 'teams'] as const
export type Surface = (typeof surfaces)[number]

export function samePlace(a: Place, b: Place): boolean {
  return a.surface === b.surface && a.id === b.id
}
