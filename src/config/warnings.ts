import type { Policy } from '../domain/policy.ts'

/** One for each policy that approves nothing. */
export function warningsIn(policies: readonly Policy[]): readonly string[] {
  return policies.flatMap(({ approvers, groups, actions, networks }, index) =>
    approvers.length + groups.length > 0
      ? []
      : [
          `policies[${index}] has an empty list of approvers: every ${actions.join(', ')} in ${networks.join(', ')} is refused until somebody is listed`,
        ],
  )
}
