import type { StepFacts } from './plan.ts'
import type { Request } from './request.ts'
import { sameId, zoneOf } from './target.ts'

/**
 * Whether two requests touch the same thing. Setup and teardown change what the whole VNet shares, and a zone that other networks may share; allow
 * and revoke change only the lists of their services, so those of different services may run at the same time.
 */
export function collide(a: Request, b: Request): boolean {
  const shared = (request: Request) => request.action === 'setup' || request.action === 'teardown'
  if (!sameVnet(a, b)) return shared(a) && shared(b) && sameZone(a, b)
  const services = (request: Request) => request.plan?.services.map(({ service }) => service.id) ?? []
  return shared(a) || shared(b) || services(a).some((id) => services(b).includes(id))
}

/** Networks of the configuration may be one VNet. */
function sameVnet(a: Request, b: Request): boolean {
  return sameId(a.asked.network, b.asked.network) || sameId(a.plan?.site?.vnet, b.plan?.site?.vnet)
}

/** True also where it is not told where one of them lies: it may be the same zone. */
function sameZone(a: Request, b: Request): boolean {
  const [one, other] = [zoneIn(a), zoneIn(b)]
  if (!sameId(nameOfZone(a), nameOfZone(b))) return false
  if (one === undefined || other === undefined) return true
  return sameId(one.subscription, other.subscription) && sameId(one.resourceGroup, other.resourceGroup)
}

function nameOfZone({ plan }: Request): string | undefined {
  return plan && zoneOf(plan.services[0].host)
}

/** Where the zone lies: a step of a setup tells it, and one of a teardown. */
function zoneIn({ plan }: Request): StepFacts['zone'] {
  return plan?.steps.flatMap(({ seen }) => seen?.zone ?? [])[0]
}

/**
 * The request that this one has to wait for: one that collides with it and has its turn already (`having`, by id), or comes before it. Undefined when there is
 * none.
 */
export function aheadOf(request: Request, open: readonly Request[], having: ReadonlySet<string>): Request | undefined {
  const rivals = open.filter((other) => other.id !== request.id && other.state === 'applying' && collide(request, other))
  return rivals.find(({ id }) => having.has(id)) ?? rivals.find((other) => isBefore(other, request))
}

/** What was run in an emergency comes first; else by the clocks of the bots, so that this is only a question of fairness. */
function isBefore(a: Request, b: Request): boolean {
  const isUrgent = ({ decision }: Request) => decision?.kind === 'overridden'
  if (isUrgent(a) !== isUrgent(b)) return isUrgent(a)
  const [first = '', second = ''] = [a.decision?.at, b.decision?.at]
  return first === second ? a.id < b.id : first < second
}
