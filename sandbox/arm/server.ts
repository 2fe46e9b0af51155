import { randomUUID } from 'node:crypto'
import { createServer } from 'node:https'
import type { Authority } from '../certificates.ts'
import type { World } from '../world.ts'
import { authorize, permissionRoutes } from './authorization.ts'
import { ArmError } from './errors.ts'
import type { Incoming, Reply } from './exchange.ts'
import { exchange } from './exchange.ts'
import { failIfDue } from './faults.ts'
import type { Identity } from './identity.ts'
import { startIdentity } from './identity.ts'
import { ListLag } from './list-lag.ts'
import { listen, stop } from './listen.ts'
import { refuseLocked } from './locks.ts'
import { networkInterfaceRoutes } from './network-interfaces.ts'
import { networkLinkRoutes } from './network-links.ts'
import { networkRoutes } from './networks.ts'
import { operationRoutes } from './operation-answers.ts'
import { Operations } from './operations.ts'
import { policyRoutes, refuseByPolicy } from './policies.ts'
import { privateEndpointRoutes } from './private-endpoints.ts'
import { privateLinkServiceRoutes } from './private-link-services.ts'
import { privateZoneRoutes } from './private-zones.ts'
import { recordSetRoutes } from './record-sets.ts'
import { scopeOf } from './resource-id.ts'
import type { Route } from './router.ts'
import { match, toRequest } from './router.ts'
import type { Arm } from './state.ts'
import { knowsResourceGroup, knowsSubscription } from './state.ts'
import { Throttle } from './throttle.ts'
import { Timers } from './timers.ts'
import { Tokens } from './tokens.ts'

export interface ArmServer {
  /** `https://127.0.0.1:port`; also answers to `localhost`. */
  readonly url: string
  readonly identity: Identity
  /** `subscription/resource group` in lower case; add to it to have more. Groups of the world's resources exist anyway. */
  readonly resourceGroups: Set<string>
  /** Every access token handed out so far is refused from now on. */
  expireTokens(): void
  close(): Promise<void>
}

/** Azure Resource Manager over the world's networks, private endpoints and private DNS zones, and the managed identity that may call it. */
export async function startArm(world: World, { authority }: { authority: Authority }): Promise<ArmServer> {
  const server = createServer(await authority.issue({ names: ['127.0.0.1', 'localhost'] }))
  const port = await listen(server)
  const timers = new Timers()
  const tokens = new Tokens()
  const arm: Arm = {
    world,
    url: `https://127.0.0.1:${port}`,
    resourceGroups: groupsBesideNetworks(world),
    operations: new Operations(timers),
    lists: new ListLag(world),
    timers,
  }
  server.on('request', exchange({ world, vendor: 'arm', timers, respond: responder(arm, tokens) }))
  const { identity, server: identityServer } = await startIdentity(world, tokens, timers)
  return {
    url: arm.url,
    identity,
    resourceGroups: arm.resourceGroups,
    expireTokens: () => tokens.expireAll(),
    close: async () => {
      timers[Symbol.dispose]()
      await Promise.all([stop(server), stop(identityServer)])
    },
  }
}

function responder(arm: Arm, tokens: Tokens): (incoming: Incoming) => Promise<Reply> {
  // Links before record sets: `…/{zone}/{recordType}` would match a link's path as well.
  const routes: Route[] = [
    ...permissionRoutes(arm.world),
    ...policyRoutes(arm.world),
    ...operationRoutes(arm),
    ...networkRoutes(arm),
    ...networkInterfaceRoutes(arm),
    ...privateLinkServiceRoutes(arm),
    ...privateEndpointRoutes(arm),
    ...privateZoneRoutes(arm),
    ...networkLinkRoutes(arm),
    ...recordSetRoutes(arm),
  ]
  const throttle = new Throttle()

  async function reply(incoming: Incoming): Promise<Reply> {
    tokens.check(incoming.headers.authorization)
    const hit = match(routes, incoming)
    const request = toRequest(hit, incoming)
    authorize(arm.world, hit.route, incoming)
    checkScope(arm, request.param('subscription'), hit.params.get('group'))
    const quota = throttle.take(request.param('subscription'), hit.route.method, hit.route.template)
    try {
      refuseByPolicy(arm.world, hit.route, incoming)
      refuseLocked(arm.world, incoming)
      failIfDue(arm.world, { method: incoming.method, path: incoming.url.pathname })
      const { headers, ...rest } = await hit.route.handle(request)
      return { ...rest, headers: { ...quota, ...headers } }
    } catch (error) {
      if (!(error instanceof ArmError)) throw error
      const { headers, ...rest } = error.reply()
      return { ...rest, headers: { ...quota, ...headers } }
    }
  }

  return async (incoming) => {
    const { headers, ...rest } = await reply(incoming).catch((error: unknown) => {
      if (error instanceof ArmError) return error.reply()
      throw error
    })
    return { ...rest, headers: { ...tracing(incoming), ...headers } }
  }
}

function checkScope(arm: Arm, subscription: string, group: string | undefined): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subscription)) {
    throw new ArmError(
      400,
      'InvalidSubscriptionId',
      `The provided subscription identifier '${subscription}' is malformed or invalid.`,
    )
  }
  if (!knowsSubscription(arm, subscription)) {
    throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`)
  }
  if (group !== undefined && !knowsResourceGroup(arm, subscription, group)) {
    throw new ArmError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`)
  }
}

function tracing({ headers }: Incoming): Record<string, string> {
  const given = headers['x-ms-correlation-request-id']
  const correlation = typeof given === 'string' ? given : randomUUID()
  return {
    'cache-control': 'no-cache',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': randomUUID(),
    'x-ms-correlation-request-id': correlation,
    'x-ms-routing-request-id': `SANDBOX:${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}:${correlation}`,
  }
}

/** The estate keeps its zones in a group of their own, which has nothing in it to begin with. */
function groupsBesideNetworks(world: World): Set<string> {
  const subscriptions = [...world.networks.values()].flatMap(({ id }) => scopeOf(id)?.subscription ?? [])
  return new Set(subscriptions.map((subscription) => `${subscription}/rg-dns`.toLowerCase()))
}
