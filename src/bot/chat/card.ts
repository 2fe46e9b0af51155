import type { Group, Person, Place } from '../../domain/person.ts'

/**
 * A message as every chat understands it. Strings are text from outside until a renderer has escaped them: nothing here is markup, so a name or a
 * reason cannot become a mention, a link or a button.
 */
export interface Card {
  /** One line for notifications and screen readers. */
  readonly summary: string
  readonly parts: readonly Part[]
  readonly buttons?: readonly Button[]
  /** Which record this shows, where each reader may see only the buttons that they can use: a chat that can asks `Handlers.view`. */
  readonly readers?: { readonly kind: 'request'; readonly id: string }
}

export type Part =
  | { readonly kind: 'title'; readonly text: Text }
  /** Stands above several titles. */
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: Text }
  /** Shown in small letters. */
  | { readonly kind: 'note'; readonly text: Text }
  /** Lines without space between them. */
  | { readonly kind: 'lines'; readonly lines: readonly Text[] }
  /** Text to copy, in a font of equal widths. */
  | { readonly kind: 'code'; readonly lines: readonly string[] }

export type Text = string | readonly Inline[]

export type Inline =
  | string
  | { readonly kind: 'strong' | 'code' | 'strike'; readonly text: string }
  /** Shown as the chat's own mention where the person has an account there. */
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'group'; readonly group: Group }
  | { readonly kind: 'place'; readonly place: Place }
  /** A moment (ISO 8601), shown in the reader's time zone. */
  | { readonly kind: 'time'; readonly at: string }
  /** One of our commands, as the person would type it, e.g. `diagnose analytics-prod`. */
  | { readonly kind: 'command'; readonly words: string }

/** What a button asks for. Stored in posted messages: never renamed. */
export const verbs = [
  'approve',
  'reject',
  'details',
  'cancel',
  'override',
  'review',
  'undo',
  'export',
  'fix',
  'again',
  'wake',
  'evidence',
  'picture',
] as const
export type Verb = (typeof verbs)[number]

/** Verbs of buttons on the message of a diagnosis. */
export type DiagnosisVerb = Extract<Verb, 'fix' | 'again' | 'wake' | 'evidence'>
export type RequestVerb = Exclude<Verb, DiagnosisVerb | 'picture'>

/** `id`: the record. `digest`: the plan that the person saw; on a diagnosis the network that is meant. A click carries these and the verb. */
export interface Button {
  readonly verb: Verb
  readonly label: string
  readonly weight?: 'primary' | 'danger'
  readonly id: string
  readonly digest: string
  /** Left out where the chat cuts the card: who clicks it has to have seen all of it. */
  readonly needsWholeCard?: true
}

/** What stands below a card that was cut, and so lost buttons that need the whole one. */
export const cutNote = 'This is too long for one message, and the rest is cut.'
export const undecidableNote =
  'This is too long for one message, and the rest is cut: it cannot be decided on here. Cancel it, and ask for fewer services at a time.'

export function strong(text: string): Inline {
  return { kind: 'strong', text }
}

export function code(text: string): Inline {
  return { kind: 'code', text }
}

export function mention(person: Person): Inline {
  return { kind: 'person', person }
}

export function group(which: Group): Inline {
  return { kind: 'group', group: which }
}

function channel(place: Place): Inline {
  return { kind: 'place', place }
}

/** The places, joined with "and". */
export function channels(places: readonly Place[]): readonly Inline[] {
  return listed(places.map(channel), 'and')
}

export function time(at: string): Inline {
  return { kind: 'time', at }
}

export function command(words: string): Inline {
  return { kind: 'command', words }
}

/** Composes text: words\`Approved by ${mention(bob)}.\` */
export function words(strings: TemplateStringsArray, ...values: readonly (Text | Inline)[]): readonly Inline[] {
  return strings.flatMap((string, index) => {
    const value = values[index]
    return [string, ...(value === undefined ? [] : isList(value) ? value : [value])].filter((inline) => inline !== '')
  })
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(items: readonly (Inline | readonly Inline[])[], conjunction: 'or' | 'and'): readonly Inline[] {
  return items.flatMap((item, index): readonly Inline[] => {
    const text = isList(item) ? item : [item]
    if (index === 0) return text
    return [index === items.length - 1 ? ` ${conjunction} ` : ', ', ...text]
  })
}

/** Text without any markup: people by name, times in UTC. */
export function plain(text: Text): string {
  return (isList(text) ? text : [text])
    .map((inline) => {
      if (typeof inline === 'string') return inline
      switch (inline.kind) {
        case 'person':
          return inline.person.name
        case 'place':
          return 'the channel'
        case 'group':
          return 'a group'
        case 'time':
          return utc(inline.at)
        case 'command':
          return `/privatelink ${inline.words}`
        default:
          return inline.text
      }
    })
    .join('')
}

/** `2026-03-01 14:05 UTC` */
export function utc(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`
}

/** A card of paragraphs; notifications show the first one. */
export function say(...paragraphs: readonly [Text, ...Text[]]): Card {
  return { summary: plain(paragraphs[0]), parts: paragraphs.map((text) => ({ kind: 'text', text })) }
}

function isList(value: Text | Inline): value is readonly Inline[] {
  return Array.isArray(value)
}
