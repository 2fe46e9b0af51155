import type { PolicyRefusal } from './refusal-text.ts'

/** What Azure said when it refused. */
export interface Said {
  readonly message: string
  /** Completes "Azure refused to …". */
  readonly doing: string
  readonly policy?: PolicyRefusal | undefined
}

interface Words {
  /** Whether it may pass, so that trying again is worth it. */
  readonly retry?: true | ((message: string) => boolean)
  /** How long the call is repeated, in milliseconds; see `RetryableError`. */
  readonly retryForMs?: number
  /** The remedy, or how to make it from what Azure said. */
  readonly remedy: string | ((said: Said) => string)
}

/** How long a call to a locked resource is repeated. Creating or deleting a private endpoint locks its subnet, and may take minutes. */
const lockedMs = 10 * 60_000

/** How long a throttled call is repeated. The longest window is that of Private DNS: 500 reads in 5 minutes, which others may use up as well. */
export const throttledMs = 10 * 60_000

const anotherOperation: Words = {
  retry: true,
  retryForMs: lockedMs,
  remedy: 'Another operation holds the resource. Run the command again in a few minutes.',
}

/** What to do about the vendor's error codes that have a remedy of their own. Source: Azure Resource Manager's error bodies, `error.code`. */
const wordsByCode: Readonly<Record<string, Words>> = {
  RetryableErrorDueToAnotherOperation: anotherOperation,
  AnotherOperationInProgress: anotherOperation,
  CanceledAndSupersededDueToAnotherOperation: anotherOperation,
  RetryableError: {
    retry: true,
    retryForMs: lockedMs,
    remedy: 'Azure calls this a passing fault of its own. Run the command again in a few minutes.',
  },
  ReferencedResourceNotProvisioned: {
    retry: true,
    retryForMs: lockedMs,
    remedy:
      'Azure is still working on a resource that this one needs, most often the subnet. Run the command again in a few minutes.',
  },
  InvalidPrivateLinkServiceId: {
    retry: true,
    remedy:
      'Azure does not know the service’s connection alias. Check that the service still exists in ClickHouse Cloud, then run the command again.',
  },
  InvalidResourceReference: {
    remedy:
      'Check subscription, resource group, VNet, subnet and location of this network in the configuration file: Azure does not find the subnet there.',
  },
  AuthorizationFailed: {
    remedy: ({ message }) => grant(/perform action '([^']+)' over scope '([^']+)'/.exec(message), 'the scope'),
  },
  LinkedAuthorizationFailed: {
    remedy: ({ message }) =>
      grant(/perform action\(s\) '([^']+)' on the linked scope\(s\) '([^']+)'/.exec(message), 'the linked scope'),
  },
  RequestDisallowedByPolicy: { remedy: policyRemedy },
  ScopeLocked: {
    remedy: 'Ask whoever set the lock that Azure names to remove it, then run the command again.',
  },
  CannotDeleteResource: {
    remedy: 'Remove what is nested in the resource, as Azure names it; no list may show it. Then run the command again.',
  },
  BadRequest: {
    remedy: ({ message }) =>
      message.includes('overlapping namespaces')
        ? 'Another private DNS zone of this name is linked to the network. Run the command again: the bot looks for that zone and uses it. If it lies in a subscription that the configuration file does not name, add that one.'
        : remedyFor(400),
  },
  ExpiredAuthenticationToken: {
    retry: true,
    remedy: 'Check the clock and the Azure identity of the jobs process: its token has run out.',
  },
  InvalidAuthenticationToken: { remedy: 'Check the Azure identity of the jobs process: Azure does not accept its token.' },
  AuthenticationFailed: { remedy: 'Check the Azure identity of the jobs process: Azure does not accept its token.' },
  SubscriptionNotFound: {
    remedy: 'Check the subscription of this network in the configuration file, and that the bot’s identity may read it.',
  },
  ResourceGroupNotFound: { remedy: 'Check the resource group of this network in the configuration file.' },
  PreconditionFailed: {
    retry: true,
    remedy: 'Someone else keeps changing the resource at the same moment. Look at its activity log, then run the command again.',
  },
  Conflict: {
    // Where a VNet was moved or made anew, Azure goes on saying that its identity is in use.
    retry: (message) => !isInUse(message),
    remedy: ({ message }) =>
      isInUse(message)
        ? 'This does not pass by itself: Azure still holds what it names, often from before a VNet was moved or made anew. Remove that, or ask Azure support with the request id.'
        : 'Another operation is changing the same resource. Run the command again in a few minutes.',
  },
}

function isInUse(message: string): boolean {
  return /already (?:being )?(?:in use|used)/i.test(message)
}

/** A role does not help against a policy. Landing zones often deny `privatelink.*` zones outside the hub's resource group. */
export function policyRemedy({ doing, policy }: Omit<Said, 'message'>): string {
  const owner = `Ask the owner of the policy${policy?.scope === undefined ? '' : ` (assigned at ${policy.scope})`} for an exemption; no role of the bot changes it.`
  return doing.includes('private DNS zone')
    ? `${owner} Or have the team that keeps the private DNS zones make this one, and point \`dns\` of the network at its subscription and resource group.`
    : owner
}

/** The remedy for a missing permission. `found` holds action and scope of Azure's message; `scope` names the scope when it does not match. */
function grant(found: RegExpExecArray | null, scope: string): string {
  const [, action, place] = found ?? []
  return action === undefined
    ? `Give the bot’s identity the action that Azure names, on ${scope} that it names.`
    : `Give the bot’s identity ${action} on ${place}, then run the command again.`
}

const byLowerCase = new Map(Object.entries(wordsByCode).map(([code, words]) => [code.toLowerCase(), { code, words }]))

/** The first of the codes that has words, as Azure documents it, and these. Services of Azure write codes in other letters, too. */
export function knownCode(codes: readonly (string | undefined)[]): { readonly code: string; readonly words: Words } | undefined {
  return codes.map((code) => byLowerCase.get(code?.toLowerCase() ?? '')).find((known) => known !== undefined)
}

export function remedyOf(words: Words | undefined, said: Said): string | undefined {
  return typeof words?.remedy === 'function' ? words.remedy(said) : words?.remedy
}

export function mayPass(words: Words | undefined, message: string): boolean {
  return typeof words?.retry === 'function' ? words.retry(message) : words?.retry === true
}

/** The remedy for an HTTP status of which nothing more is known. */
export function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'Check the Azure identity of the jobs process and its role assignments.'
  if (status === 404) return 'Check subscription, resource group and names of this network in the configuration file.'
  if (status === 429 || status >= 500) return 'Azure is busy or has a fault. Run the command again in a few minutes.'
  return 'Look up the code in Azure’s documentation, or ask Azure support with the request id.'
}
