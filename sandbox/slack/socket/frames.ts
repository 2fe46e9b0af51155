/** The frames of RFC 6455, as far as Slack and its clients use them: none is fragmented, compressed or binary. */

export const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const

export interface Frame {
  readonly opcode: number
  readonly payload: Buffer
}

/** A server's frame, which is not masked. */
export function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const long = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8)
  if (long.length === 2) long.writeUInt16BE(length)
  if (long.length === 8) long.writeBigUInt64BE(BigInt(length))
  const short = long.length === 0 ? length : long.length === 2 ? 126 : 127
  return Buffer.concat([Buffer.from([0x80 | opcode, short]), long, payload])
}

/** Takes whole frames of a client out of what has arrived, and leaves the rest. Throws for what no client may send. */
export class FrameReader {
  #rest = Buffer.alloc(0)

  push(chunk: Buffer): readonly Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const frames: Frame[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Frame | undefined {
    const bytes = this.#rest
    if (bytes.length < 2) return undefined
    const [first = 0, second = 0] = bytes
    if ((first & 0xf0) !== 0x80) throw new Error('a fragmented or compressed frame')
    if ((second & 0x80) === 0) throw new Error('a frame of a client that is not masked')
    const short = second & 0x7f
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0
    const start = 2 + extra + 4
    if (bytes.length < start) return undefined
    const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (bytes.length < start + length) return undefined
    const mask = bytes.subarray(start - 4, start)
    const payload = bytes.subarray(start, start + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    this.#rest = bytes.subarray(start + length)
    return { opcode: first & 0x0f, payload: Buffer.from(payload) }
  }
}
