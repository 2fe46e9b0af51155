/** A person: one that the configuration lists, else a single chat account. */
export interface Person {
  /** The person's key in the ledger. One person may have had two keys: compare people by `samePerson`. */
  readonly key: string
  readonly name: string
  /** The configuration's, or one that the chat has confirmed. It connects further accounts to this person. */
  readonly email?: string
  /** The chats' own ids of the person, e.g. Slack's `U02BOB`. */
  readonly accounts: Readonly<Partial<Record<Surface, string>>>
}

/** The listed person with this account, else a person that has only this account. */
export function personOf(people: readonly Person[], surface: Surface, id: string, name: string): Person {
  return people.find(({ accounts }) => accounts[surface] === id) ?? { key: `${surface}:${id}`, name, accounts: { [surface]: id } }
}

/**
 * Whether two records are of one person: the key, the email or one account is the same. One is enough, because configuration and chat may have changed
 * between the two records.
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
  /** Of a channel of the configuration: its name there, for readers to whom the id says nothing. */
  readonly name?: string
}

const surfaces = ['slack', 'teams'] as const
export type Surface = (typeof surfaces)[number]

export function samePlace(a: Place, b: Place): boolean {
  return a.surface === b.surface && a.id === b.id
}
