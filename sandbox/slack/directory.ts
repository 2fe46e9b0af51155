import type { JsonObject } from './json.ts'

/** Who and what a workspace knows: people, channels, and the direct message channels between a person and the bot. */

export interface Workspace {
  readonly teamId: string
  readonly appId: string
  readonly botUserId: string
  readonly botToken: string
  /** App-level, of an app in Socket Mode. */
  readonly appToken?: string
  readonly signingSecret: string
  /** Ids by name. */
  readonly users: Readonly<Record<string, string>>
  /** Names or ids of people whose account is deactivated; tests change it. */
  readonly deactivated?: Set<string>
  /** What `users.info` says of an account beyond or instead of the usual, by name: another workspace, an unconfirmed email. */
  readonly profiles?: Readonly<Record<string, JsonObject>>
  readonly channels: Readonly<Record<string, string>>
  /** Whether the app has a Home tab; it has, unless told. */
  readonly homeTab?: boolean
  /** What the app was granted; everything unless told. */
  readonly scopes?: readonly string[]
  /** Names or ids of channels that the bot was not invited to. */
  readonly notMemberOf?: readonly string[]
  /** Names or ids of private channels; the rest are public. */
  readonly privateChannels?: readonly string[]
  /** Members of user groups by the group's id. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
}

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

export interface Channel {
  readonly id: string
  readonly name: string
  readonly isMember: boolean
  readonly isPrivate: boolean
  /** The person at the other end; only of direct messages. */
  readonly person?: string
}

export class Directory {
  readonly workspace: Workspace
  readonly users: readonly User[]
  readonly channels: readonly Channel[]

  constructor(workspace: Workspace) {
    this.workspace = workspace
    this.users = Object.entries(workspace.users).map(([name, id]) => ({ id, name, email: `${name}@acme.example` }))
    const outside = workspace.notMemberOf ?? []
    const closed = workspace.privateChannels ?? []
    this.channels = [
      ...Object.entries(workspace.channels).map(([name, id]) => ({
        id,
        name,
        isMember: !outside.includes(name) && !outside.includes(id),
        isPrivate: closed.includes(name) || closed.includes(id),
      })),
      ...this.users.map(({ id }) => ({
        id: directMessage(id),
        name: 'directmessage',
        isMember: true,
        isPrivate: true,
        person: id,
      })),
    ]
  }

  /** By name or id. */
  user(nameOrId: string): User | undefined {
    return this.users.find(({ id, name }) => id === nameOrId || name === nameOrId)
  }

  /** By id only, as in the API. */
  channel(id: string): Channel | undefined {
    return this.channels.find((channel) => channel.id === id)
  }

  directMessage(userId: string): Channel | undefined {
    return this.channels.find(({ person }) => person === userId)
  }

  /** A name for people to read; the id where there is none. */
  nameOf(id: string): string {
    const { botUserId } = this.workspace
    return id === botUserId ? 'privatelink' : (this.users.find((user) => user.id === id)?.name ?? this.channel(id)?.name ?? id)
  }
}

function directMessage(userId: string): string {
  return `D${userId.slice(1)}`
}
