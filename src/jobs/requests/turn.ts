import type { Ledger } from '../../domain/ledger.ts'
import type { Request } from '../../domain/request.ts'
import { aheadOf } from '../../domain/turns.ts'
import type { Turns } from '../../redis/turns.ts'

/**
 * Takes the request's turn, which it then has until it is no longer `applying`. Returns the request that is ahead of it, or nothing when the turn is its own. Of
 * several workers that ask at once, each sees who had the turn when it took its own: no clock decides.
 */
export async function takeTurn(
  id: string,
  { ledger, turns }: { readonly ledger: Pick<Ledger, 'get' | 'open'>; readonly turns: Turns },
): Promise<Request | undefined> {
  for (;;) {
    // Before the requests: whoever had a turn then is among them, unless they have ended.
    const held = await turns.held()
    const [request, open] = await Promise.all([ledger.get(id), ledger.open()])
    if (request?.state !== 'applying' || request.stopping !== undefined) return undefined
    const having = held.ids.filter((each) => open.some((other) => other.id === each && other.state === 'applying'))
    if (having.includes(id)) return undefined
    const ahead = aheadOf(request, open, new Set(having))
    if (ahead !== undefined) return ahead
    if (await turns.replace(held, [...having, id])) return undefined
  }
}
