import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { z } from 'zod'
import { type AroundCall, plainCall } from '../domain/cloud-call.ts'
import { TerminalError } from '../domain/errors.ts'
import type { OrganizationKey } from '../domain/organization.ts'
import { translateRefusal, unreachable, unreadable } from './errors.ts'
import { joinedReads } from './joined-reads.ts'
import {
  activitySchema,
  envelopeSchema,
  keySchema,
  organizationSchema,
  privateEndpointConfigSchema,
  serviceSchema,
  type WireActivity,
  type WireKey,
  type WireOrganization,
  type WirePrivateEndpointConfig,
  type WireService,
} from './wire.ts'

export interface OrganizationEntry {
  readonly id: string
  readonly description: string
  /** The ClickHouse service's region, not the VNet's. */
  readonly region: string
}

export interface Heard {
  /** The API's id of the call; the vendor's support asks for it. */
  readonly requestId?: string
}

export interface ListChange {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

/** The ClickHouse Cloud API. All errors are `TerminalError` or `RetryableError`. A throttled call (429) is repeated for up to a minute. */
export interface ClickHouseCloud {
  organization(organizationId: string, signal: AbortSignal): Promise<WireOrganization>
  services(organizationId: string, signal: AbortSignal): Promise<readonly WireService[]>
  service(organizationId: string, serviceId: string, signal: AbortSignal): Promise<WireService & Heard>
  privateEndpointConfig(organizationId: string, serviceId: string, signal: AbortSignal): Promise<WirePrivateEndpointConfig>
  /** Returns the organization as changed. May fail when the id is on the list already, so read first. */
  addOrganizationEntry(organizationId: string, entry: OrganizationEntry, signal: AbortSignal): Promise<WireOrganization>
  /**
   * Returns the service as changed. `remove` must hold the exact strings of the list; the API removes before it adds. May fail when an added id is on
   * the list already, or a removed one is not, so read first.
   */
  changeAllowList(organizationId: string, serviceId: string, change: ListChange, signal: AbortSignal): Promise<WireService>
  /** Fails when the id is not on the list, so read first. `description` need not match. */
  removeOrganizationEntry(organizationId: string, entry: OrganizationEntry, signal: AbortSignal): Promise<WireOrganization>
  /** The vendor's time (ISO 8601), exact to about two seconds, from the `Date` header of its last answer; undefined before the first answer. */
  now(): string | undefined
  /** The organization's activity log since a time (ISO 8601). */
  activities(organizationId: string, since: string, signal: AbortSignal): Promise<readonly WireActivity[]>
  /** The API key that is used for the organization; undefined when the list does not identify it. */
  ownKey(organizationId: string, signal: AbortSignal): Promise<WireKey | undefined>
  close(): Promise<void>
}

/** Bounds how fast calls are sent with a key. `take` resolves when the next call may go out. */
export interface Budget {
  take(keyId: string, signal: AbortSignal): Promise<void>
  /** What a call is made for now: calls for different purposes wait differently long. */
  purpose(): string
}

/** How long a throttled call is repeated. Each wait is as long as the API asks, which is at most about ten seconds. */
const throttledPatienceMs = 60_000
const callTimeoutMs = 15_000

/** `url` includes the version path, e.g. `https://api.clickhouse.cloud/v1`. `wrote` receives the API's id of each call that changed something; `around` stands
 * around each call. */
export function clickHouseCloud(
  url: string,
  keys: readonly OrganizationKey[],
  budget: Budget,
  wrote: (requestId: string) => void = () => undefined,
  around: AroundCall = plainCall,
): ClickHouseCloud {
  const joined = joinedReads()
  let clock: { readonly serverAt: number; readonly seenAt: number } | undefined
  const agent = new Agent({ headersTimeout: callTimeoutMs, bodyTimeout: callTimeoutMs, connect: { timeout: 5_000 } })

  const keyOf = (organizationId: string): OrganizationKey => {
    const key = keys.find((candidate) => candidate.organizationId === organizationId)
    if (key === undefined) {
      throw new TerminalError('organization-unknown', `Organization ${organizationId} is not in the configuration file.`, {
        remedy: 'Add the organization and its API key to the configuration file.',
      })
    }
    return key
  }

  const call = async <Schema extends z.ZodType>(
    {
      organizationId,
      path = '',
      doing,
      schema,
      patch,
      heard,
      sent,
    }: {
      organizationId: string
      path?: string
      doing: string
      schema: Schema
      patch?: object
      heard?: (requestId: string) => void
      sent?: () => void
    },
    signal: AbortSignal,
  ): Promise<z.infer<Schema>> => {
    const { keyId, keySecret } = keyOf(organizationId)
    const headers = {
      authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
      accept: 'application/json',
      ...(patch !== undefined && { 'content-type': 'application/json' }),
    }
    const deadline = performance.now() + throttledPatienceMs
    for (;;) {
      await budget.take(keyId, signal)
      sent?.()
      const address = `${url}/organizations/${organizationId}${path}`
      const method = patch === undefined ? 'GET' : 'PATCH'
      const answer = await around({ vendor: 'clickhouse', method, url: address }, () =>
        send(address, headers, patch, doing, signal),
      )
      if (answer.status === 429 && performance.now() < deadline) {
        await sleep(answer.retryAfterMs ?? 1_000, undefined, { signal })
        continue
      }
      if (answer.status >= 400) throw translateRefusal(answer, doing)
      if (patch !== undefined && answer.requestId !== undefined) wrote(answer.requestId)
      if (answer.requestId !== undefined) heard?.(answer.requestId)
      const result = schema.safeParse(answer.result)
      if (!result.success) throw unreadable(result.error, doing, answer.requestId)
      return result.data
    }
  }

  const send = async (
    address: string,
    headers: Record<string, string>,
    patch: object | undefined,
    doing: string,
    signal: AbortSignal,
  ) => {
    try {
      const response = await request(address, {
        dispatcher: agent,
        method: patch === undefined ? 'GET' : 'PATCH',
        headers,
        signal,
        ...(patch !== undefined && { body: JSON.stringify(patch) }),
      })
      const serverAt = Date.parse(String(response.headers.date))
      if (!Number.isNaN(serverAt)) clock = { serverAt, seenAt: performance.now() }
      const envelope = envelopeSchema.safeParse(parseJson(await response.body.text()))
      return {
        status: response.statusCode,
        error: envelope.data?.error,
        requestId: envelope.data?.requestId,
        result: envelope.data?.result,
        retryAfterMs: resetMs(response.headers['x-ratelimit-reset'] ?? response.headers['retry-after']),
      }
    } catch (error) {
      if (signal.aborted) throw error
      throw unreachable(error, doing)
    }
  }

  /** Requests at the same time ask for the same lists, and wait for the budget of the same key. */
  const read = async <Schema extends z.ZodType>(
    about: { organizationId: string; path?: string; doing: string; schema: Schema },
    signal: AbortSignal,
  ): Promise<{ readonly result: z.infer<Schema> } & Heard> => {
    const { organizationId, path = '' } = about
    return await joined.read(`${budget.purpose()} ${organizationId}${path}`, signal, async (shared, sent) => {
      let requestId: string | undefined
      const heard = (id: string): void => {
        requestId = id
      }
      const result = await call({ ...about, heard, sent }, shared)
      return { result, ...(requestId !== undefined && { requestId }) }
    })
  }

  return {
    async organization(organizationId, signal) {
      const about = { organizationId, doing: 'read the organization', schema: organizationSchema }
      return (await read(about, signal)).result
    },
    async services(organizationId, signal) {
      const about = { organizationId, path: '/services', doing: 'list the services', schema: serviceSchema.array() }
      return (await read(about, signal)).result
    },
    async service(organizationId, serviceId, signal) {
      const path = `/services/${serviceId}`
      const about = { organizationId, path, doing: 'read the service', schema: serviceSchema }
      const { result, ...heard } = await read(about, signal)
      return { ...result, ...heard }
    },
    async privateEndpointConfig(organizationId, serviceId, signal) {
      const path = `/services/${serviceId}/privateEndpointConfig`
      const doing = 'read the service’s private endpoint configuration'
      return (await read({ organizationId, path, doing, schema: privateEndpointConfigSchema }, signal)).result
    },
    async addOrganizationEntry(organizationId, entry, signal) {
      const patch = { privateEndpoints: { add: [{ ...entry, cloudProvider: 'azure' }] } }
      return await call(
        { organizationId, doing: 'add the endpoint to the organization', schema: organizationSchema, patch },
        signal,
      )
    },
    async changeAllowList(organizationId, serviceId, { add = [], remove = [] }, signal) {
      const patch = { privateEndpointIds: { ...(add.length > 0 && { add }), ...(remove.length > 0 && { remove }) } }
      const path = `/services/${serviceId}`
      return await call({ organizationId, path, doing: 'change the service’s allow list', schema: serviceSchema, patch }, signal)
    },
    async removeOrganizationEntry(organizationId, entry, signal) {
      const patch = { privateEndpoints: { remove: [{ ...entry, cloudProvider: 'azure' }] } }
      return await call(
        { organizationId, doing: 'remove the endpoint from the organization', schema: organizationSchema, patch },
        signal,
      )
    },
    async activities(organizationId, since, signal) {
      const path = `/activities?${new URLSearchParams({ from_date: since })}`
      return await call({ organizationId, path, doing: 'list what was done', schema: activitySchema.array() }, signal)
    },
    async ownKey(organizationId, signal) {
      const { keyId, keySecret } = keyOf(organizationId)
      const all = await call({ organizationId, path: '/keys', doing: 'list the API keys', schema: keySchema.array() }, signal)
      const [own, ...more] = all.filter(
        ({ keySuffix, state = 'enabled' }) =>
          state === 'enabled' && keySuffix?.length === 4 && (keyId.endsWith(keySuffix) || keySecret.endsWith(keySuffix)),
      )
      return more.length === 0 ? own : undefined
    },
    now() {
      return clock === undefined ? undefined : new Date(clock.serverAt + performance.now() - clock.seenAt).toISOString()
    },
    async close() {
      await agent.close()
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Milliseconds from `X-RateLimit-Reset`, which is in seconds with a fraction. Adds 20 to 100 ms at random, so that waiting calls do not all return at once. */
function resetMs(header: string | string[] | undefined): number | undefined {
  const seconds = Number(Array.isArray(header) ? header[0] : header)
  return header === undefined || !Number.isFinite(seconds)
    ? undefined
    : Math.min(Math.max(seconds, 0), 60) * 1_000 + 20 + 80 * Math.random()
}
