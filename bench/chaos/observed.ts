/** What the check reads: plain data, as it was asked for, seen in the world, and found in Redis. All moments are milliseconds since the epoch by one clock. */

export type Action = 'setup' | 'allow' | 'revoke' | 'teardown'
export type Chat = 'slack' | 'teams'

/** What people mean to do with a request once its plan is there. */
export type Fate = 'approve' | 'approve-twice' | 'reject' | 'cancel' | 'cancel-late' | 'leave'

/** Something that a person wants. It is asked for until it stands in the ledger, in which its reason names it. */
export interface Ask {
  /** The reason that is given, e.g. `ask 17`; unique. */
  readonly tag: string
  readonly action: Action
  readonly service: string
  readonly network: string
  readonly chat: Chat
  /** The channel in which it is asked for. */
  readonly place: string
  readonly asker: string
  readonly fate: Fate
}

/** One click or command of a person about a request; whether its answer came is not known. */
export interface Click {
  readonly request: string
  readonly kind: 'approve' | 'reject' | 'cancel'
  readonly at: number
}

/** A request as it lies in Redis; only what the check reads. */
export interface StoredRequest {
  readonly id: string
  readonly action: string
  readonly state: string
  readonly asked: {
    readonly reason?: string
    readonly network: string
    readonly services: readonly { readonly service: string }[]
  }
  readonly approval?: object
  readonly votes?: readonly { readonly kind: string; readonly by: { readonly key: string } }[]
  readonly steps?: Readonly<Record<string, { readonly changed?: boolean; readonly state?: string; readonly note?: string }>>
  readonly outcome?: { readonly problem?: { readonly code?: string; readonly message?: string } }
}

export const endStates: readonly string[] = ['done', 'failed', 'rejected', 'expired', 'cancelled', 'nothing-to-do']

/** An entry of the audit, in the order of the audit. */
export interface AuditLine {
  readonly request: string
  readonly event: string
  readonly state: string
}

/** How a service stood in its network from this moment on. */
export interface Standing {
  readonly at: number
  readonly network: string
  readonly service: string
  /** Whether its allow list names an endpoint of the network. */
  readonly listed: boolean
  /** Whether the network has an approved endpoint to it. */
  readonly endpoint: boolean
  /** Whether its private name leads there from inside the network. */
  readonly resolves: boolean
}

/** A private endpoint, from when it was in the world until it was not. */
export interface EndpointLife {
  readonly id: string
  readonly network: string
  readonly from: number
  readonly to?: number
}

/** A message that people can see, with every version that it had. */
export interface Post {
  readonly chat: Chat
  readonly id: string
  /** A channel, or `to NAME` for what one person alone sees. */
  readonly place: string
  readonly deleted: boolean
  readonly versions: readonly { readonly at: number; readonly text: string }[]
}

/** What it shows in the end. */
export function newest({ versions }: Post): string {
  return versions.at(-1)?.text ?? ''
}

/** A time in which a process was killed, Redis was away, or a resource group was locked. What a process had just posted, it may have had no time to note. */
export interface Trouble {
  readonly from: number
  readonly to: number
  readonly what: string
}

/** What stands in the world at the end. */
export interface Leftovers {
  /** Ids that stand twice on one list, by the name of the list. */
  readonly listedTwice: readonly string[]
  /** Ids on lists whose endpoint does not exist. */
  readonly orphanedIds: readonly string[]
  /** A records that lead to no endpoint. */
  readonly danglingRecords: readonly string[]
  /** Networks whose endpoint stands in an organization's list. */
  readonly inOrganization: readonly string[]
}

export interface Observed {
  readonly seed: number
  readonly asks: readonly Ask[]
  readonly clicks: readonly Click[]
  readonly requests: readonly StoredRequest[]
  readonly audit: readonly AuditLine[]
  readonly standings: readonly Standing[]
  readonly endpoints: readonly EndpointLife[]
  readonly posts: readonly Post[]
  /** Posts, as `chat id`, whose answer the chat lost: nobody could know that they are there. */
  readonly unanswered: readonly string[]
  readonly troubles: readonly Trouble[]
  readonly leftovers: Leftovers
  /** Channels in which the request is decided, by network, as `chat place`. */
  readonly approvalPlaces: Readonly<Record<string, readonly string[]>>
  /** Jobs that are left, by queue. */
  readonly jobsLeft: Readonly<Record<string, number>>
  /** Requests that chat does not show in their newest version. */
  readonly unshown: readonly string[]
  readonly auditVerified: { readonly status: number; readonly text: string }
}
