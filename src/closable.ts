/** Something that is closed once: by name, or at the end of an `await using` scope or of an `AsyncDisposableStack`. */
export interface Closable extends AsyncDisposable {
  close(): Promise<void>
}

export function closable(close: () => Promise<void>): Closable {
  return { close, [Symbol.asyncDispose]: close }
}
