import { badRequest } from './errors.ts'
import type { Reply } from './exchange.ts'
import type { ArmRequest } from './router.ts'
import type { Arm } from './state.ts'

const defaultPage = 100

/** One page of a list in the order of ids, and an absolute link to the next one. `$top` bounds the page, not the list. */
export function page<Item extends { id: string }>(arm: Arm, request: ArmRequest, items: readonly Item[]): Reply {
  const top = Number(request.query.get('$top') ?? defaultPage)
  if (!Number.isInteger(top) || top < 1) throw badRequest("The value of '$top' must be a positive integer.")
  const after = token(request)
  const rest = items
    .toSorted((one, other) => compare(one.id.toLowerCase(), other.id.toLowerCase()))
    .filter(({ id }) => after === undefined || compare(id.toLowerCase(), after) > 0)
  const value = rest.slice(0, Math.min(top, defaultPage))
  const last = value.at(-1)
  return {
    status: 200,
    body: { value, ...(last && rest.length > value.length && { nextLink: nextLink(arm, request, last.id) }) },
  }
}

function token({ query }: ArmRequest): string | undefined {
  const given = query.get('$skipToken')
  return given === null ? undefined : Buffer.from(given, 'base64url').toString('utf8')
}

function nextLink(arm: Arm, { target }: ArmRequest, last: string): string {
  const url = new URL(target, arm.url)
  url.searchParams.set('$skipToken', Buffer.from(last.toLowerCase()).toString('base64url'))
  return url.href
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
