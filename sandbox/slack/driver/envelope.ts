import type { JsonObject } from '../json.ts'
import type { Connections, EnvelopeType } from '../socket/connections.ts'
import type { Exchange } from './deliver.ts'

/** Sends over Socket Mode what would else be an HTTP request. An acknowledgement reads like its answer. */
export async function sendEnvelope(connections: Connections, type: EnvelopeType, payload: JsonObject): Promise<Exchange> {
  const startedAt = performance.now()
  const { isConnected } = connections
  const answer = await connections.deliver(type, payload)
  return {
    status: answer === undefined ? 0 : 200,
    body: answer === undefined || Object.keys(answer).length === 0 ? '' : JSON.stringify(answer),
    contentType: 'application/json',
    elapsedMs: Math.round(performance.now() - startedAt),
    request: { url: 'socket', headers: {}, body: JSON.stringify(payload) },
    ...(answer === undefined && { error: isConnected ? 'operation_timeout' : 'dispatch_failed' }),
  }
}
