import { randomUUID } from 'node:crypto'

/** Who and what a tenant knows: people, the channels of one team, a group chat, groups of Entra. */

export interface Tenant {
  readonly tenantId: string
  /** Of the bot; `28:` before it names it in a conversation. */
  readonly appId: string
  readonly appPassword: string
  /** Entra object ids by name. */
  readonly users: Readonly<Record<string, string>>
  /** Names of people of another tenant. */
  readonly guests?: readonly string[]
  /** Addresses by name, where they are not `NAME@acme.example`. */
  readonly emails?: Readonly<Record<string, string>>
  /** Names of people whose account is switched off; tests change it. */
  readonly disabled?: Set<string>
  /** Ids by name. */
  readonly channels: Readonly<Record<string, string>>
  readonly groupChat?: string
  /** Names or ids of conversations that the bot was not added to; tests change it. */
  readonly notAddedTo?: Set<string>
  /** Object ids of members by the group's id. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
}

export interface TeamsUser {
  readonly name: string
  readonly objectId: string
  /** `29:…`, as the Bot Connector names them. */
  readonly id: string
  readonly email: string
  readonly isGuest: boolean
}

export class Directory {
  readonly tenant: Tenant
  readonly users: readonly TeamsUser[]
  /** Conversations with one person, by the person's object id. */
  readonly personal = new Map<string, string>()

  constructor(tenant: Tenant) {
    this.tenant = tenant
    this.users = Object.entries(tenant.users).map(([name, objectId]) => ({
      name,
      objectId,
      id: `29:1${Buffer.from(name).toString('hex').padEnd(20, '0')}`,
      email: tenant.emails?.[name] ?? `${name}@acme.example`,
      isGuest: tenant.guests?.includes(name) === true,
    }))
  }

  get botId(): string {
    return `28:${this.tenant.appId}`
  }

  /** By name, object id, or id in Teams. */
  user(which: string): TeamsUser | undefined {
    return this.users.find(({ name, objectId, id }) => [name, objectId, id].includes(which))
  }

  nameOf(id: string): string {
    return this.user(id)?.name ?? (id === this.botId ? 'privatelink' : id)
  }

  /** The channel's or chat's own id, without the thread. */
  conversation(nameOrId: string): string {
    return (
      (this.tenant.channels[nameOrId] ?? (nameOrId === 'group' ? this.tenant.groupChat : undefined) ?? nameOrId).split(';')[0] ??
      ''
    )
  }

  personalWith({ objectId }: TeamsUser): string {
    const known = this.personal.get(objectId) ?? `a:1${randomUUID().replaceAll('-', '')}`
    this.personal.set(objectId, known)
    return known
  }

  kindOf(conversation: string): 'channel' | 'groupChat' | 'personal' | undefined {
    const id = this.conversation(conversation)
    if (Object.values(this.tenant.channels).includes(id)) return 'channel'
    if (id === this.tenant.groupChat) return 'groupChat'
    return [...this.personal.values()].includes(id) ? 'personal' : undefined
  }

  /** People of a conversation, and whether the bot is among them. */
  isAdded(conversation: string): boolean {
    const id = this.conversation(conversation)
    const out = this.tenant.notAddedTo ?? new Set()
    const names = Object.entries(this.tenant.channels).flatMap(([name, channel]) => (channel === id ? [name] : []))
    return ![id, ...names].some((each) => out.has(each))
  }

  membersOf(conversation: string): readonly TeamsUser[] {
    const id = this.conversation(conversation)
    if (this.kindOf(id) !== 'personal') return this.users
    const [objectId] = [...this.personal].find(([, own]) => own === id) ?? []
    return this.users.filter((user) => user.objectId === objectId)
  }
}
