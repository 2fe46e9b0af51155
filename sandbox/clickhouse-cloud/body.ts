import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { ApiError, badRequest } from './envelope.ts'

const maxBytes = 1_048_576

/** The JSON body, read whole. @throws ApiError unless it is declared and is JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ApiError(413, 'PAYLOAD_TOO_LARGE', 'request body is too large')
    chunks.push(chunk)
  }
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw badRequest('request header content-type is not application/json')
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw badRequest('request body is not valid JSON')
  }
}

/** @throws ApiError 400 that names every fault by its path */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${['request body', ...issue.path].join('.')}: ${issue.message}`)
  throw badRequest(faults.join('; '))
}

/**
 * Refuses fields that the vendor knows and this simulator has no model of: to accept them and do nothing would be a lie that a test believes.
 */
export function refuseUnsimulated(body: Record<string, unknown>, simulated: readonly string[]): void {
  const others = Object.keys(body).filter((key) => !simulated.includes(key))
  if (others.length > 0) throw new ApiError(501, 'NOT_IMPLEMENTED', `the sandbox does not simulate ${others.join(', ')}`)
}
