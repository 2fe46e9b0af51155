/** What the server tells the page, and the page shows. Types only: both sides import them. */

export interface Json {
  readonly [key: string]: unknown
}

export type ChatName = 'slack' | 'teams'

/** A message as it stands now. */
export interface Item {
  readonly id: string
  readonly chat: ChatName
  /** Id of the channel or the conversation, without the thread. */
  readonly place: string
  /** Name of who wrote it; `privatelink` is the bot. */
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Name of the only person who sees it. */
  readonly onlyFor?: string
  readonly text: string
  /** Slack. */
  readonly blocks?: readonly Json[]
  /** Teams. */
  readonly card?: Json
  /** Teams: what one person sees in its place, by name. */
  readonly views?: Readonly<Record<string, Json>>
  readonly file?: FileShown
  readonly isEdited: boolean
  readonly isDeleted: boolean
}

export interface FileShown {
  readonly name: string
  /** Absent before somebody has accepted it. */
  readonly url?: string
  readonly bytes?: number
  /** What a picture shows. */
  readonly alt?: string
  /** How a text begins. */
  readonly preview?: string
  /** Teams asks first whether the person wants it. */
  readonly isOffered?: boolean
}

export interface Person {
  readonly name: string
  readonly role: string
  readonly chats: readonly ChatName[]
  readonly isActive: boolean
}

export interface Place {
  readonly id: string
  readonly chat: ChatName
  readonly name: string
  /** Name of the person of a direct message. */
  readonly person?: string
}

/** A modal or a Home tab of Slack. */
export interface View {
  readonly id: string
  readonly person: string
  readonly content: Json
  readonly errors: Readonly<Record<string, string>>
  readonly hash: string
}

/** A dialog of Teams. */
export interface Dialog {
  readonly id: string
  readonly person: string
  readonly title: string
  readonly card: Json
}

/** A word of the vendor to one person: a notice, or that something did not work. */
export interface Toast {
  readonly id: string
  readonly chat: ChatName
  readonly person: string
  readonly text: string
  readonly isFailure: boolean
}

export interface Picture {
  readonly network: string
  readonly service: string
  readonly state: string
  readonly host: string
  readonly endpoint?: {
    readonly name: string
    readonly address: string
    readonly state: string
    readonly connection: string
    readonly guid: string
  }
  readonly zone?: {
    readonly name: string
    readonly state: string
    readonly records: readonly string[]
    readonly link?: string
  }
  readonly isInOrganization: boolean
  readonly isOnAllowList: boolean
  /** Of the newest diagnosis of this service. */
  readonly verdict?: { readonly code: string; readonly at: string; readonly title: string }
}

export interface CallLine {
  readonly id: number
  readonly vendor: string
  readonly method: string
  readonly path: string
  readonly status?: number
  readonly ms?: number
}

export interface RequestLine {
  readonly id: string
  readonly action: string
  readonly state: string
  readonly by: string
  readonly steps: readonly { readonly id: string; readonly state: string; readonly note: string; readonly ms?: number }[]
}

export interface AuditLine {
  readonly at: string
  readonly request: string
  readonly event: string
  readonly state: string
  readonly by: string
  readonly what: string
}

export interface Process {
  readonly name: string
  readonly pid?: number
}

export interface FaultLine {
  readonly key: string
  readonly code?: string
  readonly title: string
  readonly field: string
  readonly needsConnection: boolean
  readonly isOn: boolean
}

export interface Faults {
  readonly isReady: boolean
  readonly groups: readonly { readonly title: string; readonly faults: readonly FaultLine[] }[]
  readonly surprise?: { readonly since: number; readonly foundAt?: number; readonly key?: string; readonly gaveUp?: true }
}

/** Everything but the messages. Each part is sent when it has changed. */
export interface Parts {
  readonly people: readonly Person[]
  readonly places: readonly Place[]
  /** Names of ids, for mentions. */
  readonly names: Readonly<Record<string, string>>
  readonly views: readonly View[]
  readonly homes: readonly View[]
  readonly dialogs: readonly Dialog[]
  readonly toasts: readonly Toast[]
  /** `null` while a hidden fault is looked for. */
  readonly picture: readonly Picture[] | null
  readonly calls: readonly CallLine[]
  readonly requests: readonly RequestLine[]
  readonly audit: readonly AuditLine[]
  readonly processes: readonly Process[]
  readonly isRedisThere: boolean
  readonly faults: Faults
  readonly words: { readonly services: readonly string[]; readonly networks: readonly string[] }
}

export interface Update {
  /** Everything before this is of another sandbox. */
  readonly anew?: true
  readonly items?: readonly Item[]
  readonly parts?: Partial<Parts>
}
