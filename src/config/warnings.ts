import { covers, type Policy, policyFor } from '../domain/policy.ts'
import type { Network } from '../domain/target.ts'

/** Warnings about policies that can approve nothing, or that never apply because an earlier one always matches. */
export function warningsIn(policies: readonly Policy[], networks: readonly Network[]): readonly string[] {
  return policies.flatMap((policy, index) => {
    const at = `policies[${index}]`
    const covered = networks.filter(({ name }) => covers(policy, name))
    const counts = policy.actions.some((action) => covered.some(({ name }) => policyFor(policies, action, name) === policy))
    if (covered.length === 0) return [`${at} never counts: no network is named ${policy.networks.join(' or ')}`]
    if (!counts) return [`${at} never counts: policies before it decide about everything that it names`]
    if (policy.approvers.length + policy.groups.length > 0) return []
    const closed = `${policy.actions.join(', ')} in ${policy.networks.join(', ')}`
    return [`${at} has an empty list of approvers: every ${closed} is refused until somebody is listed`]
  })
}
