import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { NetworkManagementClient } from '@azure/arm-network'
import { PrivateDnsManagementClient } from '@azure/arm-privatedns'
import { DefaultAzureCredential } from '@azure/identity'
import { expect } from 'vitest'
import type { ArmServer } from '../../../../sandbox/arm/server.ts'
import { startArm } from '../../../../sandbox/arm/server.ts'
import { createAuthority } from '../../../../sandbox/certificates.ts'
import { acme, subscription } from '../../../../sandbox/estate.ts'
import type { World } from '../../../../sandbox/world.ts'

/** The estate's Resource Manager with Microsoft's own clients, in a hurry. */
export interface Bench extends AsyncDisposable {
  readonly world: World
  readonly arm: ArmServer
  readonly ca: string
  readonly network: NetworkManagementClient
  readonly dns: PrivateDnsManagementClient
  /** A raw call with a good token unless told otherwise, for what the clients hide. */
  call(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | undefined>
  readonly body: unknown
}

const quick = { arm: 0, privateEndpoint: 10, privateZone: 10, networkLink: 40, clickhouse: 0, propagation: 10 }

export async function startBench(latencies = quick): Promise<Bench> {
  const authority = await createAuthority()
  const world = acme({ addressBase: '127.10.0', latencies: { ...latencies } })
  const arm = await startArm(world, { authority })
  process.env.IDENTITY_ENDPOINT = arm.identity.endpoint
  process.env.IDENTITY_HEADER = arm.identity.header
  const credential = new DefaultAzureCredential()
  const options = { endpoint: arm.url, tlsOptions: { ca: authority.certificate } }
  const network = new NetworkManagementClient(credential, subscription, options)
  return {
    world,
    arm,
    ca: authority.certificate,
    network,
    dns: new PrivateDnsManagementClient(credential, subscription, options),
    call: async (method, path, { body, headers = {} } = {}) => {
      const { token } = await credential.getToken('https://management.azure.com/.default')
      const url = `${arm.url}${path}`
      return send({ method, url, ca: authority.certificate, body, headers: { authorization: `Bearer ${token}`, ...headers } })
    },
    [Symbol.asyncDispose]: () => arm.close(),
  }
}

interface Sent {
  readonly method: string
  readonly url: string
  readonly ca: string
  readonly body: unknown
  readonly headers: Record<string, string>
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/** One HTTPS call, with nothing added to it. */
export async function send({ method, url, ca, body, headers }: Sent): Promise<Answer> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  const outgoing = request(url, { method, ca, headers: { ...content, ...headers }, agent })
  outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = await once(outgoing, 'response')
  const received = await text(response)
  return { status: response.statusCode, headers: response.headers, body: received === '' ? undefined : JSON.parse(received) }
}

/** What a rejected call was rejected with. */
export async function refusal(call: PromiseLike<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail('The call succeeded.'),
    (error: unknown) => error,
  )
}

export async function collect<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of pages) items.push(item)
  return items
}
