import type { EndpointLife, Observed, Standing, StoredRequest } from './observed.ts'

/** Whether the world is as those requests left it that are done, in the order of the audit. */
export function halvesIn(observed: Observed): { readonly doubled: readonly string[]; readonly half: readonly string[] } {
  const { leftovers } = observed
  const uncertain = uncertainNetworks(observed)
  const half: string[] = []
  const last = new Map<string, Standing>()
  for (const standing of observed.standings) last.set(standing.service, standing)
  for (const [network, { listed, hasEndpoint }] of meant(observed)) {
    if (uncertain.has(network)) continue
    const services = [...last.values()].filter((standing) => standing.network === network)
    const there = observed.endpoints.some((life) => life.network === network && life.to === undefined)
    if (there !== hasEndpoint)
      half.push(`${network} has ${there ? 'an' : 'no'} endpoint, and should have ${hasEndpoint ? 'one' : 'none'}.`)
    for (const { service, listed: isListed, endpoint, resolves } of services) {
      const wanted = listed.get(service)
      if (isListed !== (wanted !== undefined))
        half.push(`${service} ${isListed ? 'admits' : 'does not admit'} ${network}, and should ${isListed ? 'not' : 'do so'}.`)
      if (wanted === 'setup' && !(endpoint && resolves))
        half.push(`${service} cannot be reached from ${network}, and was set up.`)
    }
    const isEntered = leftovers.inOrganization.includes(network)
    if (isEntered !== listed.size > 0)
      half.push(`The organization of ${network} ${isEntered ? 'still lists' : 'does not list'} its endpoint.`)
  }
  return {
    doubled: [
      ...overlapping(observed.endpoints),
      ...leftovers.listedTwice.map((list) => `An endpoint stands twice on the list of ${list}.`),
      ...twice(leftovers.inOrganization).map((network) => `The endpoint of ${network} stands in its organization twice.`),
    ],
    half: [
      ...half,
      ...leftovers.orphanedIds.map((id) => `A list names an endpoint that does not exist: ${id}.`),
      ...leftovers.danglingRecords.map((name) => `The record ${name} leads to no endpoint.`),
    ],
  }
}

/** Networks in which a request stopped after it had changed something, or kept what was locked: what is left is said on its card, and nobody took it back. */
export function uncertainNetworks({ requests }: Observed): ReadonlySet<string> {
  const stopped = requests.filter(({ state, steps = {} }) =>
    Object.values(steps).some(({ changed, note = '' }) => (state === 'done' ? note.includes('are locked') : changed)),
  )
  return new Set(stopped.map(({ asked }) => asked.network))
}

interface Meant {
  /** Services that were allowed, and whether they were set up. */
  readonly listed: Map<string, 'setup' | 'allow'>
  hasEndpoint: boolean
}

function meant({ requests, audit }: Observed): ReadonlyMap<string, Meant> {
  const byId = new Map(requests.map((request) => [request.id, request]))
  const networks = new Map<string, Meant>()
  for (const { request: id, state, event } of audit) {
    const request = byId.get(id)
    if (request === undefined || state !== 'done' || event !== 'finish') continue
    const network = networks.get(request.asked.network) ?? { listed: new Map(), hasEndpoint: false }
    networks.set(request.asked.network, network)
    follow(network, request)
  }
  return networks
}

function follow(network: Meant, { action, asked: { services } }: StoredRequest): void {
  for (const { service } of services) {
    if (action === 'setup' || action === 'allow')
      network.listed.set(service, action === 'setup' ? 'setup' : (network.listed.get(service) ?? 'allow'))
    else network.listed.delete(service)
  }
  if (action === 'setup') network.hasEndpoint = true
  if (action === 'teardown' && network.listed.size === 0) network.hasEndpoint = false
}

/** Endpoints that were in one network at the same time. All its services share one. */
function overlapping(lives: readonly EndpointLife[]): readonly string[] {
  return lives.flatMap((one, at) =>
    lives
      .slice(at + 1)
      .filter((other) => other.network === one.network && other.from < (one.to ?? Number.POSITIVE_INFINITY))
      .filter((other) => one.from < (other.to ?? Number.POSITIVE_INFINITY))
      .map((other) => `${one.network} had two endpoints at once: ${one.id}, ${other.id}.`),
  )
}

function twice(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
}
