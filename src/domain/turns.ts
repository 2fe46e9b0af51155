import type { Request } from './request.ts'

/**
 * Whether two requests touch the same thing. Setup and teardown change what the whole network shares; allow and revoke change only the lists of their
 * services, so those of different services may run at the same time.
 */
export function collide(a: Request, b: Request): boolean {
  if (a.asked.network.toLowerCase() !== b.asked.network.toLowerCase()) return false
  const shared = (request: Request) => request.action === 'setup' || request.action === 'teardown'
  const services = (request: Request) => request.plan?.services.map(({ service }) => service.id) ?? []
  return shared(a) || shared(b) || services(a).some((id) => services(b).includes(id))
}

/** The request that this one has to wait for: of those that collide, the one that was approved first goes first. */
export function aheadOf(request: Request, open: readonly Request[]): Request | undefined {
  return open.find(
    (other) => other.id !== request.id && other.state === 'applying' && collide(request, other) && isBefore(other, request),
  )
}

function isBefore(a: Request, b: Request): boolean {
  const [first = '', second = ''] = [a.decision?.at, b.decision?.at]
  return first === second ? a.id < b.id : first < second
}
