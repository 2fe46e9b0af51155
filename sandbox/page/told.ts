/** What the page sends for one thing that a person does: `do` says what, the rest depends on it. */
export type Told = Readonly<Record<string, unknown>>

/** @throws when the page left it out */
export function text(told: Told, key: string): string {
  const value = told[key]
  if (typeof value !== 'string') throw new Error(`The page did not say ${key}.`)
  return value
}
