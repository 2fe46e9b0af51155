/** The most that a diagnostics worker's answer may hold, in characters of its strings and names; each value counts as one more. */
const longestAnswer = 256 * 1_024

/** Whether a value that came as JSON is an object and not larger than that. Stops counting at the limit. */
export function isBoundedObject(value: unknown, limit = longestAnswer): value is Record<string, unknown> {
  let left = limit
  const open: unknown[] = [value]
  while (open.length > 0 && left >= 0) {
    const each = open.pop()
    left -= 1
    if (typeof each === 'string') left -= each.length
    else if (Array.isArray(each)) {
      if (each.length > left) return false
      for (const inner of each) open.push(inner)
    } else if (typeof each === 'object' && each !== null) {
      for (const [name, inner] of Object.entries(each)) {
        left -= name.length
        open.push(inner)
      }
    }
  }
  return left >= 0 && typeof value === 'object' && value !== null && !Array.isArray(value)
}
