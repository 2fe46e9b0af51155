import type { Group, Person, Place, Surface } from '../../domain/person.ts'
import type { Card, Verb } from './card.ts'
import type { Choice, ChoiceQuery, FilledForm, Form, FormProblems } from './form.ts'

/**
 * All that the bot needs of a chat. `post`, `update` and `direct` throw a `RetryableError` when asking again may help (throttling
 * with the time to wait), else a `TerminalError`: `place-unreachable` where the bot cannot write, `place-closed` where it was
 * removed or blocked and trying again is of no use, `message-gone` when there is nothing to update.
 */
export interface ChatSurface {
  readonly name: Surface
  /** Resolves when people are being answered. */
  listen(handlers: Handlers): Promise<void>
  /** Returns the message's id, by which it can be updated. May post twice when repeated. Waits a moment for its turn, as the chat's rates ask. */
  post(place: Place, card: Card): Promise<string>
  /** One that `yields` lets other messages go first while many want to be sent. */
  update(message: string, card: Card, yields?: boolean): Promise<void>
  /** Posts to the person alone. */
  direct(person: Person, card: Card): Promise<string>
  /** Those of the groups that the person is a member of. Throws when the chat does not answer. */
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  /** Everyone in the groups, to be shown; `undefined` when the chat does not answer. */
  membersOf(groups: readonly Group[]): Promise<readonly Person[] | undefined>
  /** By key, those whose accounts are deactivated or unknown. Where the chat does not answer about a person, they count as present. */
  away(people: readonly Person[]): Promise<ReadonlyMap<string, Absence>>
  /** Sends the person a file. */
  attach(person: Person, file: Attachment): Promise<void>
  /** Takes no more commands and clicks, and waits until those it has are answered. */
  close(): Promise<void>
}

/** Why somebody cannot act: the account is switched off, or there is none. */
export type Absence = 'deactivated' | 'unknown'

export interface Attachment {
  /** With its extension. */
  readonly name: string
  readonly content: string | Uint8Array
  /** One line that is posted with it. */
  readonly comment: string
  /** Of a picture: its alternative text, for screen readers. */
  readonly alt?: string
}

/** What the bot answers to people. Only the person who asked sees what a handler returns. */
export interface Handlers {
  command(said: Said): Promise<Reply>
  click(click: Click): Promise<Reply>
  /** The bot was added somewhere: what it could not post there before is posted now. */
  added(): Promise<void>
  /** What the person's own page shows. */
  home(by: Person): Promise<readonly Card[]>
  /** The record as this reader may use it in this place; `undefined` where there is none. Decides nothing. */
  view(by: Person, record: NonNullable<Card['readers']>, place: Place): Promise<Card | undefined>
  /** The form again, after a field that asks for it was changed; `undefined` when it cannot be made now. */
  refill(filled: FilledForm): Promise<Form | undefined>
  /** The choices of a list that match what somebody types, the best first. */
  choices(query: ChoiceQuery): Promise<readonly Choice[]>
  /** `place`: where the form was opened. */
  submit(by: Person, place: Place, filled: FilledForm): Promise<Card | FormProblems>
  /** Writes down that somebody was refused before one of these was asked. `did`: the button's verb, or the command's word. */
  refused(attempt: { readonly by: Person; readonly did: string; readonly record?: string }, why: string): Promise<void>
}

export interface Said {
  readonly by: Person
  readonly place: Place
  /** Without the leading `/privatelink`. */
  readonly text: string
}

export interface Click<V extends Verb = Verb> {
  readonly by: Person
  readonly verb: V
  readonly id: string
  readonly digest: string
  /** The message that it was on; absent where only the one who clicked sees it. */
  readonly on?: Posted
}

export interface Posted {
  readonly place: Place
  readonly message: string
}

export type Reply = { readonly kind: 'card'; readonly card: Card } | { readonly kind: 'form'; readonly form: Form }
