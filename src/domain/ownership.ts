import { sameId } from './target.ts'

/**
 * The tags (of Azure resources) or metadata (of DNS records) by which an installation of this bot knows what it made. It removes nothing without them. Azure
 * compares the names of tags without case, and policies rewrite them:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
 */
const names = {
  maker: 'managedBy',
  installation: 'privatelinkInstallation',
  request: 'privatelinkRequest',
  askedAt: 'privatelinkAskedAt',
} as const

const maker = 'privatelink-bot'

/** In the metadata of a copied record, the zone that it was copied from. */
const carriedFrom = 'privatelinkCarriedFrom'

/** The names of this bot's own tags: no configured tag may have one, in any case. */
export const ownTags: readonly string[] = Object.values(names)

export type Tags = Readonly<Record<string, string>>

/** A request as the tags name it. The moment tells it from another one to which a restored Redis gave the same id. */
export interface MarkedRequest {
  readonly request: string
  /** ISO 8601; absent in tags of older versions. */
  readonly askedAt?: string
}

/** Which of the bots in the world this one is. */
export interface Installation {
  readonly installation: string
}

/** Who makes a thing: a request of an installation. */
export interface Maker extends MarkedRequest, Installation {}

/** The tags, or the metadata, of what this request makes, besides those that it gets or has; marks of an earlier request are replaced. */
export function marked(tags: Tags | undefined, { installation, request, askedAt }: MarkedRequest & Partial<Installation>): Tags {
  const others = Object.entries(tags ?? {}).filter(([name]) => !ownTags.some((own) => sameId(own, name)))
  return {
    ...Object.fromEntries(others),
    [names.maker]: maker,
    ...(installation !== undefined && { [names.installation]: installation }),
    [names.request]: request,
    ...(askedAt !== undefined && { [names.askedAt]: askedAt }),
  }
}

/** The metadata of a copy of somebody's record, which goes on to belong to them. */
export function markedCopy(metadata: Tags | undefined, from: string, maker: MarkedRequest & Partial<Installation>): Tags {
  return { ...marked(metadata, maker), [carriedFrom]: from }
}

/** Whether it is a copy of a record of a wider zone: it leads where somebody else wants it to. */
export function isCopy(metadata: Tags | undefined): boolean {
  return copiedFrom(metadata) !== undefined
}

/** The wider zone that a record was copied from; undefined where it is no copy. */
export function copiedFrom(metadata: Tags | undefined): string | undefined {
  return tagValue(metadata, carriedFrom)
}

/** Whether this installation made it. */
export function isOurs(tags: Tags | undefined, { installation }: Installation): boolean {
  return tagValue(tags, names.maker) === maker && tagValue(tags, names.installation) === installation
}

/** Whether this request of this installation made it. */
export function isMadeBy(tags: Tags | undefined, own: Installation, { request, askedAt }: MarkedRequest): boolean {
  const marked = requestOf(tags, own)
  return marked?.request === request && (marked.askedAt === undefined || marked.askedAt === askedAt)
}

/** The request in which this installation made it; undefined when it did not. */
export function requestOf(tags: Tags | undefined, own: Installation): MarkedRequest | undefined {
  return isOurs(tags, own) ? marksOf(tags) : undefined
}

/** The request that tags of an older version name: these do not say which installation made it. */
export function olderRequestOf(tags: Tags | undefined): MarkedRequest | undefined {
  const isOlder = tagValue(tags, names.maker) === maker && tagValue(tags, names.installation) === undefined
  return isOlder ? marksOf(tags) : undefined
}

/** Tags of an older version, as this installation writes them now. */
export function withInstallation(tags: Tags, { installation }: Installation): Tags {
  return { ...tags, [names.installation]: installation }
}

function marksOf(tags: Tags | undefined): MarkedRequest | undefined {
  const request = tagValue(tags, names.request)
  const askedAt = tagValue(tags, names.askedAt)
  return request === undefined ? undefined : { request, ...(askedAt !== undefined && { askedAt }) }
}

function tagValue(tags: Tags | undefined, name: string): string | undefined {
  const found = Object.keys(tags ?? {}).find((each) => sameId(each, name))
  return found === undefined ? undefined : tags?.[found]
}

/** Tags in one line, e.g. `team=data`, for a person who has to find the owner. */
export function tagText(tags: Tags | undefined): string {
  const entries = Object.entries(tags ?? {})
  return entries.length === 0 ? 'no tags' : entries.map(([key, value]) => `${key}=${value}`).join(', ')
}
