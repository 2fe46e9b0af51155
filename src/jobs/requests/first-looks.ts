import type { Clouds } from '../clouds.ts'

/** How long an answer serves, in milliseconds: shorter than what a person takes to change something after having read it. */
const servesMs = 1_000

interface Look<Value> {
  readonly answer: Promise<Value>
  /** On the clock of `performance.now`; absent while it is under way. */
  endedAt?: number
}

/**
 * Clouds in which what is read twice within a second is asked for once, until the first write: a request's plan, its steps and their writes look at the same
 * things. From the first write on everything is read anew, and so is what failed. A signal ends only the call that it began.
 */
export function sharingFirstLooks(clouds: Clouds): Clouds {
  const { network, dns, clickhouse } = clouds
  let hasWritten = false
  const looks = <Arguments extends readonly unknown[], Value>(read: (...about: Arguments) => Promise<Value>) => {
    const looksAt = new Map<string, Look<Value>>()
    return async (...about: Arguments): Promise<Value> => {
      if (hasWritten) return await read(...about)
      const key = JSON.stringify(about.filter((each) => !(each instanceof AbortSignal)))
      const before = looksAt.get(key)
      if (before !== undefined && performance.now() < (before.endedAt ?? Number.POSITIVE_INFINITY) + servesMs)
        return await before.answer
      const look: Look<Value> = { answer: read(...about) }
      looksAt.set(key, look)
      look.answer.then(
        () => {
          look.endedAt = performance.now()
        },
        () => looksAt.get(key) === look && looksAt.delete(key),
      )
      return await look.answer
    }
  }
  const writes = <Arguments extends readonly unknown[], Value>(write: (...about: Arguments) => Promise<Value>) => {
    return async (...about: Arguments): Promise<Value> => {
      hasWritten = true
      return await write(...about)
    }
  }
  return {
    ...clouds,
    network: {
      ...network,
      endpoints: looks(network.endpoints),
      endpoint: looks(network.endpoint),
      createEndpoint: writes(network.createEndpoint),
      deleteEndpoint: writes(network.deleteEndpoint),
    },
    dns: {
      ...dns,
      zones: looks(dns.zones),
      around: looks(dns.around),
      aRecords: looks(dns.aRecords),
      createZone: writes(dns.createZone),
      createLink: writes(dns.createLink),
      putARecord: writes(dns.putARecord),
      deleteARecord: writes(dns.deleteARecord),
      deleteLink: writes(dns.deleteLink),
      deleteZone: writes(dns.deleteZone),
    },
    clickhouse: {
      ...clickhouse,
      organization: looks(clickhouse.organization),
      service: looks(clickhouse.service),
      addOrganizationEntry: writes(clickhouse.addOrganizationEntry),
      changeAllowList: writes(clickhouse.changeAllowList),
      removeOrganizationEntry: writes(clickhouse.removeOrganizationEntry),
    },
  }
}
