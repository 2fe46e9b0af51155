export type JsonObject = { readonly [key: string]: unknown }

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectOf(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const inner = value?.[key]
  return isObject(inner) ? inner : undefined
}

export function objectsOf(value: JsonObject | undefined, key: string): readonly JsonObject[] {
  const inner = value?.[key]
  return Array.isArray(inner) ? inner.filter(isObject) : []
}

export function stringOf(value: JsonObject | undefined, key: string): string | undefined {
  const inner = value?.[key]
  return typeof inner === 'string' ? inner : undefined
}
