import type { Fault } from './fault.ts'
import { listFaults } from './lists.ts'
import { nameFaults } from './names.ts'
import { outages } from './outages.ts'
import { pathFaults } from './path.ts'
import { serverFaults } from './servers.ts'

/** Everything that can be broken on the page, in the order in which it is shown. */
export const groups: readonly { readonly title: string; readonly faults: readonly Fault[] }[] = [
  { title: 'Lists, endpoint, service', faults: listFaults },
  { title: 'Zones and records', faults: nameFaults },
  { title: 'DNS servers', faults: serverFaults },
  { title: 'The way and TLS', faults: pathFaults },
  { title: 'Clouds and processes', faults: outages },
]

export const allFaults: readonly Fault[] = groups.flatMap(({ faults }) => faults)
