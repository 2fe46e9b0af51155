/** Reads a text anew only where it differs from the last one: a process reads lists of a large estate far more often than they change. What is read is shared. */
export function lastParsed<Value>(parse: (text: string) => Value): (text: string) => Value {
  let last: { readonly text: string; readonly value: Value } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, value: parse(text) }
    return last.value
  }
}
