/**
 * An HCL identifier made of the text, unlike those in `taken`, to which it is added. ASCII in lower case: the same in every editor and shell.
 */
export function terraformName(text: string, taken: Set<string>): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ['unnamed']
  const word = words.join('_').slice(0, 60)
  const base = /^[a-z]/.test(word) ? word : `n_${word}`
  let name = base
  for (let next = 2; taken.has(name); next++) name = `${base}_${next}`
  taken.add(name)
  return name
}
