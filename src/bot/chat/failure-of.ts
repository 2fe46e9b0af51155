/** What the action threw; undefined where it succeeded. */
export async function failureOf(action: () => Promise<unknown>): Promise<unknown> {
  try {
    await action()
    return undefined
  } catch (error) {
    return error ?? new Error('undefined was thrown')
  }
}
