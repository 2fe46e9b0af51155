import type { Json } from './shapes.ts'
import { state, tell } from './state.ts'

/** Asks the server to do something as the person who is shown; resolves with whether it was done, and says so where not. */
export async function act(what: object): Promise<boolean> {
  return (await answerTo(what)) !== undefined
}

/** The same; resolves with the answer, and with nothing where it was not done. */
export async function answerTo(what: object): Promise<Json | undefined> {
  const { chat, person } = state.chosen
  try {
    const response = await fetch('/api/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat, person, ...what }),
    })
    if (response.ok) {
      if (state.notice !== '') tell('')
      return await response.json()
    }
    const { error } = await response.json()
    tell(String(error))
  } catch {
    tell('The sandbox does not answer. Does it still run?')
  }
  return undefined
}
