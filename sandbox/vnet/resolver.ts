import type { Answer, Question } from 'dns-packet'
import type { PrivateZone, RecordSet, World } from '../world.ts'
import { publicAnswer } from './public-dns.ts'
import { lookUp } from './zone-lookup.ts'

export interface Resolution {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL'
  readonly authoritative: boolean
  readonly answers: readonly Answer[]
  readonly authorities: readonly Answer[]
}

/** As resolvers do, against CNAMEs that go round in a circle. */
const maxAliases = 8

/**
 * What Azure DNS answers a virtual network: from the private zones linked to it, the longest match first, and for every other name what the
 * internet says. A linked zone is the only authority for its names: what it lacks is not looked for elsewhere. The code speaks of the name asked
 * for: a CNAME that leads to nothing is NOERROR with the CNAME alone, which clients see as an empty answer.
 */
export function resolve(world: World, virtualNetworkId: string, question: Question): Resolution {
  const answers: Answer[] = []
  let name = question.name
  for (let alias = 0; alias <= maxAliases; alias++) {
    const key = name.toLowerCase().replace(/\.$/, '')
    const zone = linkedZone(world, virtualNetworkId, key)
    if (!zone) {
      const found = publicAnswer(world, { ...question, name })
      const rcode = answers.length > 0 ? 'NOERROR' : found.rcode
      return { ...found, rcode, authoritative: answers.length > 0, answers: [...answers, ...found.answers] }
    }
    const origin = zone.name.toLowerCase()
    if (question.type === 'SOA' && key === origin)
      return { rcode: 'NOERROR', authoritative: true, answers: [soa(zone)], authorities: [] }
    const found = lookUp(zone, key, question.type.toUpperCase())
    if (found.kind === 'records') {
      return { rcode: 'NOERROR', authoritative: true, answers: [...answers, ...recordsOf(found.set, name)], authorities: [] }
    }
    if (found.kind !== 'alias') {
      const rcode = found.kind === 'no-name' && answers.length === 0 ? 'NXDOMAIN' : 'NOERROR'
      return { rcode, authoritative: true, answers, authorities: [soa(zone)] }
    }
    answers.push({ type: 'CNAME', name, ttl: found.set.ttl, data: found.target })
    name = found.target
  }
  return { rcode: 'SERVFAIL', authoritative: false, answers: [], authorities: [] }
}

/** Only a completed link counts; the most specific zone wins. */
function linkedZone(world: World, virtualNetworkId: string, name: string): PrivateZone | undefined {
  const network = virtualNetworkId.toLowerCase()
  const contains = (zone: string) => name === zone || name.endsWith(`.${zone}`)
  return [...world.zones.values()]
    .filter((zone) => contains(zone.name.toLowerCase()))
    .filter(({ links }) =>
      [...links.values()].some((link) => link.virtualNetworkId.toLowerCase() === network && link.state === 'Completed'),
    )
    .sort((a, b) => b.name.length - a.name.length)[0]
}

function recordsOf({ type, ttl, addresses }: RecordSet, name: string): Answer[] {
  switch (type.toUpperCase()) {
    case 'A':
      return addresses.map((data) => ({ type: 'A', name, ttl, data }))
    case 'AAAA':
      return addresses.map((data) => ({ type: 'AAAA', name, ttl, data }))
    case 'CNAME':
      return addresses.slice(0, 1).map((data) => ({ type: 'CNAME', name, ttl, data }))
    case 'TXT':
      return addresses.map((data) => ({ type: 'TXT', name, ttl, data }))
    default:
      throw new Error(`the sandbox cannot serve records of type ${type}`)
  }
}

/** The values that every Azure private zone is born with; a negative answer lives for 10 s. */
function soa(zone: PrivateZone): Answer {
  return {
    type: 'SOA',
    name: zone.name,
    ttl: 10,
    data: {
      mname: 'azureprivatedns.net',
      rname: 'azureprivatedns-host.microsoft.com',
      serial: 1,
      refresh: 3600,
      retry: 300,
      expire: 2_419_200,
      minimum: 10,
    },
  }
}
