/** A person as policies know them: the configuration's name if it lists the account, else the account itself. */
export interface Person {
  /** Compares people: the same for every account of one person. */
  readonly key: string
  readonly name: string
  /** Ties accounts that the configuration does not list to this person. */
  readonly email?: string
  /** The chats' own ids of the person, e.g. Slack's `U02BOB`. */
  readonly accounts: Readonly<Partial<Record<Surface, string>>>
}

/** The listed person with this account, or a person that is only this account: equal to nobody else. */
export function personOf(people: readonly Person[], surface: Surface, id: string, name: string): Person {
  return people.find(({ accounts }) => accounts[surface] === id) ?? { key: `${surface}:${id}`, name, accounts: { [surface]: id } }
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

export type Surface = 'slack' | 'teams'

export function samePlace(a: Place, b: Place): boolean {
  return a.surface === b.surface && a.id === b.id
}
