import type { Bounds } from '../bounds.ts'
import type { Check } from '../check.ts'

/**
 * Chooses the one address that every later check dials. The name is resolved once, so that a second DNS answer cannot lead to another address. An
 * address outside the bounds is reported and not dialled, even when it is the expected one.
 */
export function addressCheck(bounds: Bounds): Check<'address'> {
  return {
    id: 'address',
    needs: ['resolver'],
    deadlineMs: 1_000,
    run({ expectedAddress }, { resolver }) {
      if (resolver === undefined) return undefined
      if (resolver.addresses.length === 0) return { refused: 'no-answer' }
      const permitted = resolver.addresses.filter(
        (address) => bounds.permitsAddress(address, 8443) && bounds.permitsAddress(address, 9440),
      )
      const dialled = permitted.find((address) => address === expectedAddress) ?? permitted[0]
      return dialled === undefined ? { refused: 'outside-prefixes' } : { dialled }
    },
  }
}
