import type { ChatSurface, Handlers } from '../../src/bot/chat/surface.ts'
import type { Group, Person, Place } from '../../src/domain/person.ts'

/**
 * A chat with people in it, over the chat's real wire. A click, a command or a form reaches the bot as the chat would send it; `on` and message ids are
 * those that `ChatSurface.post` returns.
 */
export interface ChatHarness {
  /** Listens with the handlers that the harness was opened with. */
  readonly surface: ChatSurface
  /** A channel that the bot and both people are in. */
  readonly place: Place
  /** A channel that the bot is not in. */
  readonly unreachablePlace: Place
  /** Two people that the bot's configuration lists with their accounts in this chat. */
  readonly person: Person
  readonly otherPerson: Person
  /** A person whose account in this chat is switched off. */
  readonly formerPerson: Person
  /** Only the other person is in it. */
  readonly group: Group
  /** The newest version of a message, in plain text as a reader sees it; nothing when it was deleted. */
  shown(message: string): string | undefined
  /** Whom the newest version of a message notifies. */
  pings(message: string): readonly string[]
  /** The addresses that a reader of the newest version can follow. */
  links(message: string): readonly string[]
  /** Everything that this person can see, in plain text: messages, private answers, open forms, their own page. */
  screen(who: Person): readonly string[]
  /** Gives a command in the place. */
  command(who: Person, text: string): Promise<void>
  /** Clicks the button of a message; resolves when the chat has an answer to the click. */
  click(who: Person, message: string, label: string): Promise<void>
  /** Gives a command that is answered with a form, and does what the chat asks for until the form is shown. */
  openForm(who: Person, text: string): Promise<ShownForm>
  /** Opens the person's own page; absent where the chat has none. */
  openHome?(who: Person): Promise<void>
  /** The files that the person has received, after accepting those that the chat only offers. */
  receivedFiles(who: Person): Promise<readonly ReceivedFile[]>
  deleteMessage(message: string): void
  /** The chat answers the bot's next call with a request to wait for so many seconds. */
  throttleOnce(seconds: number): void
  close(): Promise<void>
}

/** Fields and choices by the labels that a person reads. */
export interface ShownForm {
  /** In plain text, as it is shown now. */
  text(): string
  choices(label: string): readonly string[]
  /** What is offered in a list that is searched, for what the person types. */
  search(label: string, typed: string): Promise<readonly string[]>
  /** Resolves when the form shows what depends on the choice, if anything does. */
  choose(label: string, choice: string): Promise<void>
  /** Fills in and sends the form. Returns what is shown as wrong, by label; nothing for a form that has closed. */
  submit(values: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>
}

export interface ReceivedFile {
  readonly name: string
  readonly content: Uint8Array
}

/** Opens the chat with its people, and lets the bot listen with these handlers. */
export type OpenChat = (handlers: Handlers) => Promise<ChatHarness>
