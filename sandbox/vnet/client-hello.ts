/** What the first bytes of a TLS connection say (RFC 8446 §4.1.2, RFC 6066 §3). `serverName` is absent when the client sent no SNI. */
export type ClientHello =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'hello'; readonly serverName?: string }

const handshakeRecord = 22
const clientHello = 1
const serverNameExtension = 0
const hostName = 0
/** No real ClientHello comes near; a bound keeps a stranger from filling memory. */
const maxHelloBytes = 65_536

/** Reads all bytes received so far; call again with more when the answer is `incomplete`. Never throws. */
export function parseClientHello(bytes: Buffer): ClientHello {
  try {
    const message = handshakeMessage(bytes)
    if (!message) return bytes.length > maxHelloBytes ? invalid('the hello is too long') : { kind: 'incomplete' }
    const serverName = readServerName(new Reader(message))
    return serverName === undefined ? { kind: 'hello' } : { kind: 'hello', serverName }
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error))
  }
}

/** The body of the first handshake message, which may be spread over several records; undefined while bytes are missing. */
function handshakeMessage(bytes: Buffer): Buffer | undefined {
  const fragments: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] !== handshakeRecord) throw new Error('not a handshake record')
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) throw new Error('not a TLS version')
    if (bytes.length < at + 5) break
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0 || length > 16_384) throw new Error('a record of an impossible length')
    // Part of a record is enough to see whether a message is a hello, and how long it is.
    fragments.push(bytes.subarray(at + 5, at + 5 + length))
    const message = Buffer.concat(fragments)
    if (message.length > 0 && message[0] !== clientHello) throw new Error('not a ClientHello')
    if (message.length >= 4) {
      const size = message.readUIntBE(1, 3)
      if (size > maxHelloBytes) throw new Error('the hello is too long')
      if (message.length >= 4 + size) return message.subarray(4, 4 + size)
    }
    at += 5 + length
  }
  return undefined
}

function readServerName(hello: Reader): string | undefined {
  hello.skip(2 + 32)
  hello.vector(1)
  hello.vector(2)
  hello.vector(1)
  if (hello.ended) return undefined
  const extensions = new Reader(hello.vector(2))
  while (!extensions.ended) {
    const type = extensions.number(2)
    const content = extensions.vector(2)
    if (type !== serverNameExtension) continue
    const names = new Reader(new Reader(content).vector(2))
    while (!names.ended) {
      const nameType = names.number(1)
      const name = names.vector(2)
      if (nameType === hostName) return name.toString('latin1').toLowerCase()
    }
  }
  return undefined
}

function invalid(reason: string): ClientHello {
  return { kind: 'invalid', reason }
}

/** Reads big-endian numbers and length-prefixed vectors; throws at the end of the bytes. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(size: number): number {
    return this.#bytes.readUIntBE(this.skip(size), size)
  }

  /** @param size of the length that comes first */
  vector(size: number): Buffer {
    const length = this.number(size)
    const start = this.skip(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** Returns where it was. */
  skip(count: number): number {
    const start = this.#at
    if (start + count > this.#bytes.length) throw new Error('a field ends after the message')
    this.#at += count
    return start
  }
}
