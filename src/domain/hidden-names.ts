/**
 * Of the zones that are linked to a VNet, the most specific one answers for every name below it: a new one hides what a wider one holds there. Source:
 * https://learn.microsoft.com/azure/dns/private-dns-privatednszone
 */

/** A record set by the name that it has within its zone. */
interface Named {
  readonly name: string
}

/** Whether `wider` holds the names of the zone too, when the zone itself is not linked. */
export function isWider(wider: string, zone: string): boolean {
  return zone.toLowerCase().endsWith(`.${wider.toLowerCase()}`)
}

/**
 * The records of the wider zone that a zone would hide, by the names that they would have in it: `other.westus3` becomes `other`, `westus3` becomes `@`. A
 * wildcard above counts where it answers: where nothing else is at or below the zone's own name.
 */
export function hiddenRecords<Record extends Named>(zone: string, wider: string, records: readonly Record[]): readonly Record[] {
  const prefix = zone.toLowerCase().slice(0, -wider.length - 1)
  const within = records.flatMap((record) => {
    const name = record.name.toLowerCase()
    if (name === prefix) return [{ ...record, name: '@' }]
    return name.endsWith(`.${prefix}`) ? [{ ...record, name: name.slice(0, -prefix.length - 1) }] : []
  })
  if (within.length > 0) return within
  const [nearest] = records
    .filter(({ name }) => name === '*' || (name.startsWith('*.') && prefix.endsWith(name.slice(1).toLowerCase())))
    .toSorted((a, b) => b.name.length - a.name.length)
  return nearest === undefined ? [] : [{ ...nearest, name: '*' }]
}

/** The name that the host has within a zone of which it is a part. */
export function nameWithin(zone: string, host: string): string {
  return host.toLowerCase() === zone.toLowerCase() ? '@' : host.slice(0, -zone.length - 1)
}

/** The whole name of a record. */
export function wholeName(zone: string, name: string): string {
  return name === '@' ? zone : `${name}.${zone}`
}
