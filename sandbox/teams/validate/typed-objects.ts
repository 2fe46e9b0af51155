import { isObject, type JsonObject } from '../json.ts'

/** Properties whose content is not shown: it goes back to the bot, or to Teams. */
const notShown: ReadonlySet<string> = new Set(['data', 'msteams', 'requires'])

/** Every object of a card that has a `type`, the card first, each with its path. */
export function typedObjects(value: unknown, at = 'card'): readonly (readonly [path: string, object: JsonObject])[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => typedObjects(entry, `${at}[${index}]`))
  if (!isObject(value)) return []
  const own = typeof value.type === 'string' ? [[at, value] as const] : []
  const below = Object.entries(value).flatMap(([key, inner]) => (notShown.has(key) ? [] : typedObjects(inner, `${at}.${key}`)))
  return [...own, ...below]
}
