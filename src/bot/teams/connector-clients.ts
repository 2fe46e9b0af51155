import { ClaimsIdentity, type ConnectorClient, ConnectorFactory } from 'botframework-connector'

const scope = 'https://api.botframework.com'

/** The identity of this bot towards the Bot Connector. */
export function botIdentity(appId: string): ClaimsIdentity {
  return new ClaimsIdentity(['aud', 'appid'].map((type) => ({ type, value: appId })))
}

/** One client for each service URL. The SDK's own factory makes one for each activity, which takes longer than to answer a click. */
export class ConnectorClients extends ConnectorFactory {
  readonly #clients = new Map<string, Promise<ConnectorClient>>()
  readonly #factory: ConnectorFactory

  constructor(factory: ConnectorFactory) {
    super()
    this.#factory = factory
  }

  async create(serviceUrl: string): Promise<ConnectorClient> {
    const known = this.#clients.get(serviceUrl) ?? this.#factory.create(serviceUrl, scope).then(withoutRetries)
    this.#clients.set(serviceUrl, known)
    return await known
  }
}

/** The outbox's queue repeats what failed. The SDK would wait inside a call for as long as Teams asks, and has no option against it. */
function withoutRetries(connector: ConnectorClient): ConnectorClient {
  const { pipeline } = Reflect.get(connector, 'client') as {
    readonly pipeline: { removePolicy(policy: { phase: 'Retry' }): unknown }
  }
  pipeline.removePolicy({ phase: 'Retry' })
  return connector
}
