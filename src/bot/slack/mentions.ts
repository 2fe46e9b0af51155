import type { Person } from '../../domain/person.ts'
import type { Card, Part, Text } from '../chat/card.ts'

/**
 * The card with the Slack account of each person, looked up by email where the configuration has none: a mention needs an account. A person whose
 * account is not found, or not now, is shown by name.
 */
export async function withAccounts(card: Card, accountOf: (person: Person) => Promise<string>): Promise<Card> {
  const found = new Map<string, Person>()
  await Promise.all(
    peopleIn(card).map(async (person) => {
      if (person.accounts.slack !== undefined || person.email === undefined) return
      const slack = await accountOf(person).catch(() => undefined)
      if (slack !== undefined) found.set(person.key, { ...person, accounts: { ...person.accounts, slack } })
    }),
  )
  if (found.size === 0) return card
  const withAccount = (text: Text): Text =>
    typeof text === 'string'
      ? text
      : text.map((inline) => {
          const person = typeof inline === 'string' || inline.kind !== 'person' ? undefined : found.get(inline.person.key)
          return person === undefined ? inline : { kind: 'person', person }
        })
  return { ...card, parts: card.parts.map((part) => mapped(part, withAccount)) }
}

function peopleIn({ parts }: Card): readonly Person[] {
  const people = new Map<string, Person>()
  const note = (text: Text): Text => {
    for (const inline of typeof text === 'string' ? [] : text)
      if (typeof inline !== 'string' && inline.kind === 'person') people.set(inline.person.key, inline.person)
    return text
  }
  for (const part of parts) mapped(part, note)
  return [...people.values()]
}

function mapped(part: Part, change: (text: Text) => Text): Part {
  switch (part.kind) {
    case 'lines':
      return { ...part, lines: part.lines.map(change) }
    case 'text':
    case 'note':
    case 'title':
      return { ...part, text: change(part.text) }
    default:
      return part
  }
}
