/** Tells the story as it happens: who did what when, what they saw, and what was checked. */
export class Transcript {
  readonly #startedAt = performance.now()
  readonly #write: (line: string) => void
  #checks = 0

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  get checks(): number {
    return this.#checks
  }

  chapter(title: string): void {
    this.#write(`\n── ${title} ${'─'.repeat(Math.max(0, 100 - title.length))}`)
  }

  act(who: string, what: string): void {
    this.#write(`${this.#time()} ${who.padEnd(6)} ${what}`)
  }

  /** What somebody sees, e.g. a card. */
  see(where: string, text: string): void {
    this.#write(`${this.#time()} ${where}`)
    for (const line of text.split('\n')) this.#write(`         │ ${line}`.trimEnd())
  }

  /** Throws unless it holds: the story is told only of what was observed. */
  check(what: string, holds: boolean): void {
    if (!holds) throw new Error(`Not observed: ${what}`)
    this.#checks++
    this.#write(`         ✔ ${what}`)
  }

  note(text: string): void {
    this.#write(`         ${text}`)
  }

  #time(): string {
    return `${((performance.now() - this.#startedAt) / 1_000).toFixed(2).padStart(7)}s`
  }
}
