import type { ClickHouseCloud } from '../../clickhouse/client.ts'
import { RetryableError, TerminalError } from '../../domain/errors.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import { isOf, servicesMeant } from '../../domain/service-words.ts'
import { nearest, type Service, type ServiceWords } from '../../domain/target.ts'
import type { Inventory, InventoryStore } from '../../redis/records.ts'

export interface Catalog {
  /** Reads the services of all organizations. An organization that fails is named in `unread` and keeps what was read earlier; throws when all fail. */
  refresh(signal: AbortSignal): Promise<Inventory>
  /** The stored inventory when it is younger than `maxAgeMs`, else a new one. */
  current(maxAgeMs: number, signal: AbortSignal): Promise<Inventory>
  /** Stores allow lists, by service id, as a request has just read or changed them. */
  learn(allowLists: ReadonlyMap<string, readonly string[]>): Promise<void>
  /** The one service that the words mean; a `TerminalError` says why there is none. Uses the stored inventory when it is younger than `maxAgeMs`. */
  resolve(words: ServiceWords, maxAgeMs: number, signal: AbortSignal): Promise<Service>
}

interface Unread {
  readonly organizationId: string
  readonly organizationName: string
  readonly error: unknown
}

/** The error for a service that was not found while an organization could not be read: it may belong to that one. */
function notRead({ organizationName, error }: Unread, { service }: ServiceWords): unknown {
  if (!(error instanceof TerminalError) && !(error instanceof RetryableError)) return error
  const message = `"${service}" was not found, and ${organizationName} could not be read: ${error.message}`
  const details = { cause: error, remedy: error.remedy, ...optionalId(error) }
  return error instanceof TerminalError
    ? new TerminalError(error.code, message, details)
    : new RetryableError(error.code, message, { ...details, retryAfterMs: error.retryAfterMs })
}

function optionalId({ vendorRequestId }: TerminalError | RetryableError): { readonly vendorRequestId?: string } {
  return vendorRequestId === undefined ? {} : { vendorRequestId }
}

export function createCatalog(
  clickhouse: Pick<ClickHouseCloud, 'services'>,
  organizations: readonly OrganizationKey[],
  store: InventoryStore,
): Catalog {
  const read = async (signal: AbortSignal): Promise<{ inventory: Inventory; unread: readonly Unread[] }> => {
    const readAt = new Date().toISOString()
    const unread: Unread[] = []
    const lists = await Promise.all(
      organizations.map(async ({ organizationId, organizationName }) => {
        const services = await clickhouse.services(organizationId, signal).catch((error: unknown) => {
          signal.throwIfAborted()
          unread.push({ organizationId, organizationName, error })
          return []
        })
        return services.map(({ id, name, provider, region, state, privateEndpointIds }) => ({
          service: { organizationId, organizationName, id, name, provider, region, state },
          allowList: [id, privateEndpointIds] as const,
        }))
      }),
    )
    const [failed] = unread
    if (failed !== undefined && unread.length === organizations.length) throw failed.error
    const kept = unread.length === 0 ? nothing : keptOf(unread, await store.read())
    const inventory: Inventory = {
      readAt,
      services: [...lists.flat().map(({ service }) => service), ...kept.services],
      allowLists: { ...Object.fromEntries(lists.flat().map(({ allowList }) => allowList)), ...kept.allowLists },
      ...(unread.length > 0 && { unread: unread.map(({ organizationName }) => organizationName), keptFrom: kept.keptFrom }),
    }
    await store.write(inventory)
    return { inventory, unread }
  }
  const refresh = async (signal: AbortSignal): Promise<Inventory> => (await read(signal)).inventory
  const young = async (maxAgeMs: number): Promise<Inventory | undefined> => {
    const known = maxAgeMs === 0 ? undefined : await store.read()
    return known !== undefined && Date.now() - Date.parse(known.readAt) <= maxAgeMs ? known : undefined
  }
  return {
    refresh,
    current: async (maxAgeMs, signal) => (await young(maxAgeMs)) ?? (await refresh(signal)),
    learn: (allowLists) => store.learn(allowLists, new Date().toISOString()),
    async resolve(words, maxAgeMs, signal) {
      const known = await young(maxAgeMs)
      if (known !== undefined) {
        const [only, ...more] = servicesMeant(known.services, words)
        if (only !== undefined && more.length === 0) return only
      }
      const { inventory, unread } = await read(signal)
      const [first] = unread.filter((organization) => isOf(organization, words.organization))
      if (first !== undefined && servicesMeant(inventory.services, words).length === 0) throw notRead(first, words)
      return onlyService(inventory.services, words)
    },
  }
}

const nothing = { services: [], allowLists: {}, keptFrom: {} } satisfies Partial<Inventory>

/** What was read earlier of the organizations that could not be read now. */
function keptOf(unread: readonly Unread[], before: Inventory | undefined): Pick<Required<Inventory>, keyof typeof nothing> {
  if (before === undefined) return nothing
  const services = before.services.filter((service) =>
    unread.some(({ organizationId }) => organizationId === service.organizationId),
  )
  return {
    services,
    allowLists: Object.fromEntries(services.map(({ id }) => [id, before.allowLists[id] ?? []])),
    keptFrom: Object.fromEntries(
      services.map(({ organizationId }) => [organizationId, before.keptFrom?.[organizationId] ?? before.readAt]),
    ),
  }
}

/** Pure. The one service that the words mean; throws a `TerminalError` (`service-unknown`, `service-ambiguous`) when none or several match. */
export function onlyService(services: readonly Service[], words: ServiceWords): Service {
  const [only, ...more] = servicesMeant(services, words)
  if (only === undefined) throw unknown(services, words)
  if (more.length > 0) throw ambiguous([only, ...more])
  return only
}

function unknown(services: readonly Service[], { service, organization }: ServiceWords): TerminalError {
  const names = services.filter((service) => isOf(service, organization)).map(({ name }) => name)
  const guess = nearest(service, names)
  const where =
    organization ?? ([...new Set(services.map(({ organizationName }) => organizationName))].join(' or ') || 'any organization')
  return new TerminalError(
    'service-unknown',
    `"${service}" is not a service of ${where}.${guess === undefined ? '' : ` Did you mean ${guess}?`}`,
    {
      remedy: guess === undefined ? 'Check the name in the ClickHouse Cloud console.' : `Run the command again with ${guess}.`,
    },
  )
}

function ambiguous(services: readonly Service[]): TerminalError {
  const [first] = services
  const named = services.map(({ organizationName, id, region }) => `${organizationName}/${id} (${region})`).join(', ')
  return new TerminalError('service-ambiguous', `${services.length} services are called ${first?.name}: ${named}.`, {
    remedy: `Run the command again with the id, e.g. ${first?.organizationName}/${first?.id}.`,
  })
}
