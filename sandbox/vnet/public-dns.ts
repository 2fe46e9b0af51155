import type { Answer, Question } from 'dns-packet'
import type { World } from '../world.ts'

/** What the internet's DNS says: the public host names exist; private host names, like everything else here, do not. */
export function publicAnswer(
  world: World,
  question: Question,
): { rcode: 'NOERROR' | 'NXDOMAIN'; answers: readonly Answer[]; authorities: readonly Answer[] } {
  const name = question.name.toLowerCase().replace(/\.$/, '')
  const index = world.services.findIndex((service) => service.publicHost.toLowerCase() === name)
  if (index === -1) return { rcode: 'NXDOMAIN', answers: [], authorities: [soaFor(name)] }
  if (question.type !== 'A') return { rcode: 'NOERROR', answers: [], authorities: [soaFor(name)] }
  return { rcode: 'NOERROR', answers: [{ type: 'A', name: question.name, ttl: 60, data: publicAddress(index) }], authorities: [] }
}

/** From the block for documentation (RFC 5737): nothing on any network has it. */
function publicAddress(index: number): string {
  return `203.0.113.${10 + (index % 240)}`
}

function soaFor(name: string): Answer {
  const vendor = 'clickhouse.cloud'
  if (name === vendor || name.endsWith(`.${vendor}`)) {
    return soa(vendor, 'ns-1361.awsdns-42.org', 'awsdns-hostmaster.amazon.com')
  }
  return soa('.', 'a.root-servers.net', 'nstld.verisign-grs.com')
}

function soa(name: string, mname: string, rname: string): Answer {
  return {
    type: 'SOA',
    name,
    ttl: 900,
    data: { mname, rname, serial: 1, refresh: 7200, retry: 900, expire: 1_209_600, minimum: 900 },
  }
}
