import { type Policy, policyFor } from '../domain/policy.ts'
import { actions } from '../domain/request.ts'
import { type Network, sameId, vnetId } from '../domain/target.ts'

/**
 * Networks of one VNet about which different policies decide. Endpoint, zone and link belong to the VNet: whoever approves a change for one of these networks
 * changes what the other uses. By the position of the network, why it cannot stay so.
 */
export function dividedVnets(policies: readonly Policy[], networks: readonly Network[]): readonly (readonly [number, string])[] {
  return networks.flatMap((network, index) => {
    const other = networks.slice(0, index).find((earlier) => sameId(vnetId(earlier), vnetId(network)))
    if (other === undefined) return []
    const divided = actions.filter(
      (action) => policyFor(policies, action, network.name) !== policyFor(policies, action, other.name),
    )
    if (divided.length === 0) return []
    const why = `"${network.name}" and "${other.name}" are one VNet, but different policies decide about ${divided.join(', ')} in them`
    return [[index, `${why}: name both in one policy, because endpoint, zone and link belong to the VNet`] as const]
  })
}
