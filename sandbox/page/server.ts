import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SandboxOptions } from '../sandbox.ts'
import { refusalOf, securityHeaders } from './access.ts'
import { act } from './act.ts'
import { createFeed } from './feed.ts'
import { importMapHash, pageFiles } from './files.ts'
import { type House, openHouse } from './house.ts'
import { createLedgerReader } from './ledger-reader.ts'
import { isPicture } from './shown-file.ts'
import { createStage, type Stage } from './stage.ts'

/** The largest thing that a person says at once, in bytes. */
const longestBody = 64_000

export interface Page {
  /** For the browser. */
  readonly url: string
  /** The sandbox behind the page now; a reset makes another. */
  readonly house: House
  /** The texts of the page's own code, as they are served; the libraries are not among them. */
  readonly ownFiles: readonly string[]
  close(): Promise<void>
}

export interface PageOptions extends SandboxOptions {
  /** A free one, unless told; also where that one is taken. */
  readonly pagePort?: number
}

/** The page on loopback, and the sandbox that it shows. What people do there goes through the drivers of the simulated chats, as signed requests. */
export async function startPage({ pagePort = 0, ...options }: PageOptions = {}): Promise<Page> {
  const files = pageFiles()
  const headers = securityHeaders(importMapHash)
  let stage = await openStage(options)
  const feed = createFeed(() => stage)
  let resetting: Promise<void> | undefined

  async function reset(): Promise<void> {
    const old = stage
    feed.pause()
    await old.close()
    stage = await openStage(options)
    feed.restart()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, { error: String(error) })
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const { method = 'GET' } = request
    const refusal = refusalOf(method, request.headers, (server.address() as AddressInfo).port)
    if (refusal !== undefined) return sendJson(response, 403, { error: refusal })
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (method === 'POST' && pathname === '/api/act') return await doIt(request, response)
    if (method !== 'GET') return sendJson(response, 405, { error: 'GET it.' })
    if (pathname === '/api/events') return feed.follow(response)
    if (pathname.startsWith('/api/file/')) return sendFile(stage, pathname.slice('/api/file/'.length), response)
    const file = files.get(pathname)
    if (file === undefined) return sendJson(response, 404, { error: 'There is nothing here.' })
    response.writeHead(200, { 'content-type': file.type }).end(file.text)
  }

  async function doIt(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request)
    if (body === undefined) return sendJson(response, 400, { error: 'This is not what the page sends.' })
    if (body.do === 'reset') {
      resetting ??= reset().finally(() => {
        resetting = undefined
      })
      await resetting
      return sendJson(response, 200, {})
    }
    if (resetting !== undefined)
      return sendJson(response, 409, { error: 'The sandbox is being made anew. Try again in a moment.' })
    try {
      sendJson(response, 200, (await act(stage, body)) ?? {})
    } catch (error) {
      sendJson(response, 422, { error: error instanceof Error ? error.message : String(error) })
    } finally {
      feed.wake()
    }
  }

  await listen(server, pagePort).catch(async (error) => {
    await stage.close()
    throw error
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get house() {
      return stage.house
    },
    ownFiles: [...files.values()].filter(({ isOwn }) => isOwn).map(({ text }) => text),
    async close() {
      feed.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await resetting
      await stage.close()
    },
  }
}

/** On another port where this one is taken. */
async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    if (port === 0) throw error
    await listen(server, 0)
  }
}

async function openStage(options: SandboxOptions): Promise<Stage> {
  const house = await openHouse(options)
  return createStage(house, createLedgerReader(house.sandbox.redisUrl))
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > longestBody) return undefined
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

/** A file of Slack or Teams; only a picture is shown, everything else is text. */
function sendFile({ house: { sandbox } }: Stage, id: string, response: ServerResponse): void {
  const inSlack = sandbox.slack.files.find((file) => file.id === id)
  const inTeams = sandbox.teams?.store.files.find(({ uniqueId }) => uniqueId === id)
  const file = inSlack ?? inTeams
  if (file?.content === undefined) {
    sendJson(response, 404, { error: 'There is no such file.' })
    return
  }
  response.writeHead(200, { 'content-type': isPicture(file.name) ? 'image/png' : 'text/plain; charset=utf-8' }).end(file.content)
}
