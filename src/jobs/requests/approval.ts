import { TerminalError } from '../../domain/errors.ts'
import { cleanText } from '../../domain/hostile-text.ts'
import { approversFor, type Policy, policyFor, policyVersion, withdrawnFrom } from '../../domain/policy.ts'
import type { Approval, Request } from '../../domain/request.ts'

/** The policy that a request falls under; a `TerminalError` (`no-policy`) when there is none. */
export function policyOf({ action, asked }: Request, policies: readonly Policy[]): Policy {
  const policy = policyFor(policies, action, asked.network)
  if (policy !== undefined) return policy
  throw new TerminalError('no-policy', `No policy says who may approve ${action} in ${asked.network}.`, {
    remedy: 'Add a policy for this network and action to the configuration file.',
  })
}

/** Who may approve the request, where and until when; a `TerminalError` (`no-approvers`) when too few people can. */
export function approvalFor({ asked, action }: Request, policy: Policy): Approval {
  const { groups, approvals: needed, rejectionEnds, breakGlass, places } = policy
  const approvers = approversFor(policy, asked.by)
  if (groups.length === 0 && approvers.length < needed) {
    throw new TerminalError(
      'no-approvers',
      `Nobody can approve ${action} in ${asked.network}: ${why(policy, approvers.length)}.`,
      {
        remedy: 'Add another approver to the policy in the configuration file, then run the command again.',
      },
    )
  }
  const askedAt = Date.now()
  const after = (ms: number): string => new Date(askedAt + ms).toISOString()
  const remindAt = policy.remindersMs.filter((ms) => ms < policy.expiryMs).map(after)
  return {
    approvers,
    groups,
    needed,
    rejectionEnds,
    breakGlass,
    places,
    askedAt: after(0),
    expiresAt: after(policy.expiryMs),
    remindAt,
    policy: policyVersion(policy),
  }
}

/** Throws a `TerminalError` (`approval-withdrawn`) when the policy was changed since, and those who let the request run may not do so any more. */
export function checkStillApproved(request: Request, policy: Policy): void {
  const withdrawn = withdrawnFrom(request, policy)
  if (withdrawn === undefined) return
  const names = withdrawn.map(({ name }) => cleanText(name, 100)).join(' and ')
  const why = names === '' ? `the policy now asks for ${policy.approvals} approvals` : `${names} may no longer decide about it`
  throw new TerminalError('approval-withdrawn', `The policy was changed after the approval: ${why}. Nothing was changed.`, {
    remedy: 'Run the command again: it asks those who may approve it now.',
  })
}

/** Throws a `TerminalError` (`reason-missing`) for a request without the reason that its policy requires. */
export function checkReason({ asked, action }: Request, policy: Policy): void {
  if (!policy.reasonRequired || asked.reason !== undefined) return
  throw new TerminalError('reason-missing', `${action} in ${asked.network} needs a reason.`, {
    remedy: 'Run the command again, and end it with: because REASON.',
  })
}

function why({ approvers, approvals }: Policy, left: number): string {
  if (approvers.length === 0) return 'the policy names no approvers'
  if (left > 0) return `${approvals} have to approve it, and without you there are ${left}`
  return approvers.length === 1
    ? 'you are the only approver, and nobody approves their own request'
    : 'the policy names too few approvers'
}
