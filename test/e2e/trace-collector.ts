import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { listen, stop } from '../../sandbox/arm/listen.ts'

/** A collector that takes traces by OTLP over HTTP, in protobuf. https://github.com/open-telemetry/opentelemetry-proto (trace/v1/trace.proto) */
export interface TraceCollector {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** Of each request that it took. */
  readonly headers: readonly IncomingMessage['headers'][]
  /** Everything that it was sent, as text. */
  readonly raw: () => string
  close(): Promise<void>
}

export interface ReceivedSpan {
  readonly service: string
  readonly traceId: string
  readonly id: string
  /** Empty where a trace begins. */
  readonly parent: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

export async function startTraceCollector(): Promise<TraceCollector> {
  const spans: ReceivedSpan[] = []
  const headers: IncomingMessage['headers'][] = []
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    const sent = await buffer(request)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    const isOtlp = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf'
    if (!isOtlp) return void response.writeHead(415).end()
    headers.push(request.headers)
    bodies.push(body)
    spans.push(...spansIn(body))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  const url = `http://127.0.0.1:${await listen(server)}`
  return { url, spans, headers, raw: () => Buffer.concat(bodies).toString('latin1'), close: () => stop(server) }
}

function spansIn(request: Buffer): readonly ReceivedSpan[] {
  return messages(request, 1).flatMap((ofResource) => {
    const resource = messages(ofResource, 1).flatMap((each) => messages(each, 1))
    const { 'service.name': service = '' } = attributesOf(resource)
    return messages(ofResource, 2)
      .flatMap((ofScope) => messages(ofScope, 2))
      .map((span) => ({
        service,
        traceId: hex(span, 1),
        id: hex(span, 2),
        parent: hex(span, 4),
        name: messages(span, 5)[0]?.toString() ?? '',
        attributes: attributesOf(messages(span, 9)),
      }))
  })
}

function hex(message: Buffer, field: number): string {
  return messages(message, field)[0]?.toString('hex') ?? ''
}

/** Those that are texts. */
function attributesOf(pairs: readonly Buffer[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => [
      messages(pair, 1)[0]?.toString() ?? '',
      messages(messages(pair, 2)[0] ?? Buffer.alloc(0), 1)[0]?.toString() ?? '',
    ]),
  )
}

/** The values of a field of the wire type 2: messages, texts and bytes. https://protobuf.dev/programming-guides/encoding/ */
function messages(message: Buffer, wanted: number): readonly Buffer[] {
  const found: Buffer[] = []
  let at = 0
  const varint = (): number => {
    let [value, factor, byte] = [0, 1, 0]
    do {
      byte = message[at++] ?? 0
      value += (byte & 0x7f) * factor
      factor *= 128
    } while (byte >= 128)
    return value
  }
  while (at < message.length) {
    const tag = varint()
    const [field, type] = [Math.floor(tag / 8), tag % 8]
    if (type === 0) varint()
    else if (type === 1) at += 8
    else if (type === 5) at += 4
    else {
      const length = varint()
      if (field === wanted) found.push(message.subarray(at, at + length))
      at += length
    }
  }
  return found
}
