import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { World } from '../world.ts'
import { beginCall, endCall } from '../world.ts'
import { authenticate } from './auth.ts'
import { readJson } from './body.ts'
import { Cloud } from './cloud.ts'
import type { Answer } from './envelope.ts'
import { failure, forbidden, notFound, success } from './envelope.ts'
import { failIfDue } from './faults.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import { RateLimit } from './rate-limit.ts'
import { findRoute } from './routes.ts'

const versionPath = '/v1'

export interface ClickHouseCloud {
  /** Carries the version path, as the product's setting does. */
  readonly url: string
  close(): Promise<void>
}

/**
 * ClickHouse Cloud's API over plain HTTP on loopback, as strict as the real one: credentials, roles, request schemas and the rate limit.
 * @param options.rateLimit defaults to what the vendor documents; only a test of something else should relax it
 */
export async function startClickHouseCloud(
  world: World,
  options: { rateLimit?: RateLimitOptions } = {},
): Promise<ClickHouseCloud> {
  const cloud = new Cloud(world)
  const rateLimit = new RateLimit(options.rateLimit)
  const server = createServer((request, response) => {
    serve(cloud, rateLimit, request, response).catch((error) => response.destroy(error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${versionPath}`,
    async close() {
      cloud.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One call: log, gate, latency, effect, gate, answer. */
async function serve(cloud: Cloud, rateLimit: RateLimit, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world } = cloud
  const call = beginCall(world, 'clickhouse', request.method ?? '', request.url ?? '')
  const send = ({ status, headers, body }: Answer) => {
    endCall(call, status)
    request.resume()
    response.writeHead(status, { ...headers, 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
  }
  const early = await world.gate(call, 'arrived')
  if (early) return send({ headers: {}, ...early })
  using held = new DisposableStack()
  const answer = await answerTo(cloud, rateLimit, request, held)
  const late = await world.gate(call, 'answered')
  send(late ? { headers: {}, ...late } : answer)
}

/** What is changed is `held` from the middle of the call until its answer goes out. */
async function answerTo(cloud: Cloud, rateLimit: RateLimit, request: IncomingMessage, held: DisposableStack): Promise<Answer> {
  const { clickhouse: latency } = cloud.world.latencies
  const reads = request.method === 'GET'
  await pause(reads ? latency : latency / 2)
  let headers: Record<string, string> = {}
  try {
    const caller = authenticate(cloud.world, request)
    headers = rateLimit.admit(caller.keyId)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://sandbox')
    const path = pathname.startsWith(`${versionPath}/`) ? pathname.slice(versionPath.length) : undefined
    const found = path === undefined ? undefined : findRoute(request.method ?? '', path)
    if (!found) throw notFound(`cannot ${request.method} ${pathname}`)
    const { route, params } = found
    if (params.organizationId !== undefined && params.organizationId.toLowerCase() !== caller.organization.id.toLowerCase()) {
      throw forbidden('the key does not belong to this organization')
    }
    if (route.role === 'admin' && caller.role !== 'admin') throw forbidden('the key does not have the ADMIN role')
    failIfDue(cloud.world, request)
    const body = reads ? undefined : await readJson(request)
    if (!reads) {
      held.use(cloud.begin(params.serviceId ?? caller.organization.id))
      await pause(latency / 2)
    }
    return success(route.answer({ cloud, caller, params, query: searchParams, body }), headers)
  } catch (error) {
    return failure(error, headers)
  }
}
