/** What the story needs of a chat, whichever it is: people who say and click things, and what they see. People and places go by their names. */
export interface TourChat {
  readonly name: 'Slack' | 'Teams'
  /** What a person types for a command, e.g. `/privatelink help`. */
  typed(words: string): string
  /** How a channel is called, e.g. `#data`. */
  called(place: string): string
  /** Gives a command in #data. Resolves with the acknowledgement. */
  command(who: string, words: string): Promise<{ readonly isAcknowledged: boolean; readonly elapsedMs: number }>
  /** Gives a command that is answered with a form, and closes it again. Resolves with the form as it is read, and as it was sent. */
  form(who: string, words: string): Promise<{ readonly text: string; readonly content: string }>
  /** Messages of the place that show all these words, oldest first. */
  cards(place: string, ...words: readonly string[]): readonly TourCard[]
  click(who: string, card: TourCard, label: string): Promise<void>
  /** Looks at the details of a card. Resolves with what is seen. */
  details(who: string, card: TourCard): Promise<string>
  /** Resolves with what only this person was told with all these words. */
  told(who: string, ...words: readonly string[]): Promise<string>
  /** Resolves with the predicate's first answer, asked after every change of what is seen. Rejects after the time. */
  until<T>(predicate: () => T | undefined, options: { readonly timeoutMs?: number; readonly what: string }): Promise<T>
}

/** A message as people read it. */
export interface TourCard {
  readonly id: string
  readonly text: string
  /** Its earlier versions and this one, oldest first. */
  readonly versions: readonly string[]
}

/** Whether the text has all these words. Line breaks of the rendering do not count. */
export function shows(text: string, ...words: readonly string[]): boolean {
  const flat = text.replace(/\s+/g, ' ')
  return words.every((word) => flat.includes(word))
}
