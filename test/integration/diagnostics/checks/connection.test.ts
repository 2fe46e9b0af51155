import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttps } from 'node:https'
import { connect } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Authority, createAuthority } from '../../../../sandbox/certificates.ts'
import { pingCheck } from '../../../../src/diagnostics/checks/ping.ts'
import { tcpCheck } from '../../../../src/diagnostics/checks/tcp.ts'
import { tlsCheck } from '../../../../src/diagnostics/checks/tls.ts'
import { createConnections } from '../../../../src/diagnostics/connection/open-connections.ts'
import { createTrust } from '../../../../src/diagnostics/connection/trust.ts'
import { alertNumber, largeHelloLost, tlsFault } from '../../../../src/domain/diagnosis/port-facts.ts'
import { host, listen, loneAddress, lookBy, runAlone, serve } from './fixture.ts'

const address = '127.0.0.1'
const open = { address, connected: true, elapsedMs: 1 }
const reached = { address: { dialled: address }, 'tcp:8443': open }

let authority: Authority
let trust: ReturnType<typeof createTrust>
beforeAll(async () => {
  authority = await createAuthority()
  trust = createTrust([authority.certificate])
})

const none = createConnections()
const target = () => ({ host })

async function opened(port: number) {
  const [connections, own] = [createConnections(), target()]
  const result = await lookBy(tcpCheck(8443, connections, port), own, reached)
  connections.close(own)
  return result
}

/** TCP, then TLS on the same connection, as a probe does it. */
async function shake(port: number, context = trust) {
  const [connections, own] = [createConnections(), target()]
  await lookBy(tcpCheck(8443, connections, port), own, { address: { dialled: address } })
  const result = await lookBy(tlsCheck(8443, context, connections, port), own, reached)
  connections.close(own)
  if (result === undefined) throw new Error('no handshake')
  return result
}

const listenTls = async (options: TlsOptions) => await listen(createTls(options))

/** A port with room for one more connection: those who wait there are never taken. */
async function acceptOnce(): Promise<number> {
  const script = `const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('fs').writeSync(1, server.address().port + ' ')
    process.kill(process.pid, 'SIGSTOP')
  })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = await once(child.stdout, 'data')
  const port = Number(said)
  const first = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void first.destroy())
  await once(first, 'connect')
  return port
}

describe('TCP', () => {
  test('opens and closes again', async () => {
    let ended = () => {}
    const closed = new Promise<void>((resolve) => {
      ended = resolve
    })
    const port = await serve((socket) => socket.resume().on('close', ended))
    expect(await opened(port)).toEqual({ address, connected: true, elapsedMs: expect.any(Number) })
    await closed
  })

  test('a closed port is refused', async () => {
    const elsewhere = loneAddress()
    const result = await runAlone(tcpCheck(8443, none, 9), { address: { dialled: elsewhere } })
    expect(result).toMatchObject({ address: elsewhere, connected: false, failure: { code: 'ECONNREFUSED', syscall: 'connect' } })
  })

  test('nothing to dial, nothing dialled', async () => {
    const check = tcpCheck(8443, none)
    expect(await lookBy(check, { host }, { address: { refused: 'outside-prefixes' } })).toBeUndefined()
  })
})

describe('TLS', () => {
  test('verified', async () => {
    let servername: unknown
    const identity = await authority.issue({ names: [`*.${host.slice(host.indexOf('.') + 1)}`] })
    const sniCallback = (name: string, use: (error: null) => void) => {
      servername = name
      use(null)
    }
    const result = await shake(await listenTls({ ...identity, SNICallback: sniCallback }))
    expect(result).toMatchObject({
      verified: true,
      protocol: 'TLSv1.3',
      certificate: { subject: expect.stringContaining('CN=*.westus3') },
    })
    expect(result).not.toHaveProperty('failure')
    expect(result.bytesRead).toBeGreaterThan(500)
    expect(servername).toBe(host)
  })

  test('reset after the hello, without a byte', async () => {
    const result = await shake(await serve((socket) => socket.once('data', () => socket.resetAndDestroy())))
    expect(result).toMatchObject({ verified: false, bytesRead: 0, failure: { code: 'ECONNRESET', syscall: 'read' } })
    expect(tlsFault(result)).toBe('reset')
  })

  test('closed after the hello: the same code, and no system call', async () => {
    const result = await shake(await serve((socket) => socket.once('data', () => socket.end())))
    expect(result).toMatchObject({ bytesRead: 0, failure: { code: 'ECONNRESET' } })
    expect(result.failure).not.toHaveProperty('syscall')
    expect(tlsFault(result)).toBe('closed')
  })

  test('reset in the middle of the handshake', async () => {
    const port = await serve((socket) =>
      socket.once('data', () => {
        socket.write(Buffer.from('160303', 'hex'))
        setTimeout(() => socket.resetAndDestroy(), 50)
      }),
    )
    expect(await shake(port)).toMatchObject({ bytesRead: 3, failure: { code: 'ECONNRESET', syscall: 'read' } })
  })

  test('a reset before anything was said is no answer to the hello', async () => {
    const onConnect = await shake(await serve((socket) => setTimeout(() => socket.resetAndDestroy(), 5)))
    expect(onConnect).toMatchObject({ verified: false, resetUnasked: true })
    const afterHello = await shake(await serve((socket) => socket.once('data', () => socket.resetAndDestroy())))
    expect(afterHello).not.toHaveProperty('resetUnasked')
    expect(afterHello.smallHello).toMatchObject({ answered: false })
  })

  test.each(['resets', 'closes', 'swallows'] as const)('what %s a hello of two segments, and not one of one', async (does) => {
    const identity = await authority.issue({ names: [host] })
    const inside = await listenTls(identity)
    const appliance = await serve((socket) =>
      socket.once('data', (hello) => {
        if (hello.length > 600 && does === 'resets') return void socket.resetAndDestroy()
        if (hello.length > 600 && does === 'closes') return void socket.end()
        if (hello.length > 600) return
        const onward = connect(inside, '127.0.0.1')
        onward.on('error', () => socket.destroy())
        onward.write(hello)
        socket.pipe(onward).pipe(socket)
      }),
    )
    const result = await shake(appliance)
    expect(result).toMatchObject({ verified: false, bytesRead: 0, smallHello: { answered: true } })
    expect(result.elapsedMs).toBeLessThan(3_000)
  })

  test('one connection that is reset, as by a replica that does not know the endpoint yet, is not blamed on size', async () => {
    const inside = await listenTls(await authority.issue({ names: [host] }))
    let connections = 0
    const result = await shake(
      await serve((socket) => {
        connections += 1
        if (connections === 1) return void socket.once('data', () => socket.resetAndDestroy())
        const onward = connect(inside, '127.0.0.1')
        onward.on('error', () => socket.destroy())
        socket.pipe(onward).pipe(socket)
      }),
    )
    expect(result).toMatchObject({ verified: false, smallHello: { answered: true, usualAnswered: true } })
    const networkPlane = { ...reached, 'tls:8443': result }
    expect(largeHelloLost({ host, network: 'n', networkPlane })).toEqual([])
  })

  test('a peer that refuses the name alone answers a hello for another', async () => {
    const inside = createTls(await authority.issue({ names: [host] }))
    const byName = await serve((socket) =>
      socket.once('data', (hello) => {
        if (hello.includes(host)) return void socket.resetAndDestroy()
        socket.pause()
        socket.unshift(hello)
        inside.emit('connection', socket)
      }),
    )
    expect(await shake(byName)).toMatchObject({ smallHello: { answered: false }, otherNameAnswered: true })
    const anyName = await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await shake(anyName)).toMatchObject({ otherNameAnswered: false })
  })

  test('a reset that takes its time is watched for as long', async () => {
    const result = await shake(await serve((socket) => setTimeout(() => socket.resetAndDestroy(), 350)))
    expect(result).toMatchObject({ verified: false, resetUnasked: true })
  })

  test('what accepts once and then answers no SYN is told in time', { timeout: 10_000 }, async () => {
    const port = await acceptOnce()
    const startedAt = performance.now()
    const result = await shake(port)
    expect(performance.now() - startedAt).toBeLessThan(3_200)
    expect(result).toMatchObject({ failure: { code: 'ETIMEDOUT' }, smallHello: { answered: false } })
  })

  test('silence ends by our own timer', async () => {
    const result = await shake(await serve(() => {}))
    expect(result).toMatchObject({ verified: false, bytesRead: 0, failure: { code: 'ETIMEDOUT', syscall: 'read' } })
    expect(result.elapsedMs).toBeGreaterThan(2_400)
  })

  test('not TLS', async () => {
    const result = await shake(await serve((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))))
    expect(result.bytesRead).toBeGreaterThan(0)
    expect(tlsFault(result)).toBe('not-tls')
  })

  test('an alert keeps its number', async () => {
    const identity = await authority.issue({ names: [host] })
    const result = await shake(await listenTls({ ...identity, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }))
    expect(result.failure?.message).toContain('alert number 70')
    expect(tlsFault(result)).toBe('alert')
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a client certificate is demanded under %s', async (version) => {
    const identity = await authority.issue({ names: [host] })
    const demanding = { ...identity, requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version }
    const result = await shake(await listenTls(demanding))
    expect(result.verified).toBe(false)
    expect(tlsFault(result)).toBe('alert')
    expect(alertNumber(result.failure)).toBe(version === 'TLSv1.3' ? 116 : 40)
  })

  test('a certificate that fails is kept, with the reason', async () => {
    const past = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') }
    const expired = await shake(await listenTls(await authority.issue({ names: [host], ...past })))
    expect(expired).toMatchObject({
      verified: false,
      failure: { code: 'CERT_HAS_EXPIRED' },
      certificate: { validTo: '2021-01-01T00:00:00.000Z' },
    })

    expect(expired.trustedApartFromTime).toBe(true)
    expect(tlsFault(expired)).toBe('expired')

    const future = { notBefore: new Date('2090-01-01T00:00:00Z'), notAfter: new Date('2091-01-01T00:00:00Z') }
    const early = await shake(await listenTls(await authority.issue({ names: [host], ...future })))
    expect(early).toMatchObject({ failure: { code: 'CERT_NOT_YET_VALID' }, trustedApartFromTime: true })

    const wrongName = await shake(await listenTls(await authority.issue({ names: ['other.example'] })))
    expect(wrongName).toMatchObject({
      failure: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      certificate: { subject: 'CN=other.example', names: 'DNS:other.example' },
    })
    expect(wrongName).not.toHaveProperty('trustedApartFromTime')

    const foreign = await createAuthority('Corp\u202eCA')
    const intercepted = await shake(await listenTls(await foreign.issue({ names: [host] })))
    expect(intercepted).toMatchObject({ verified: false, certificate: { issuer: 'CN=CorpCA' } })
    expect(tlsFault(intercepted)).toBe('untrusted')
    const stale = await foreign.issue({ names: [host], ...past })
    for (const cert of [stale.cert, `${stale.cert}\n${foreign.certificate}`]) {
      const both = await shake(await listenTls({ ...stale, cert }))
      expect(both).toMatchObject({ trustedApartFromTime: false })
      expect(tlsFault(both)).toBe('untrusted')
    }
    expect(JSON.stringify([expired, wrongName, intercepted])).not.toContain('\u202e')
  })

  test('the default trust does not know the authority of this test', async () => {
    const port = await listenTls(await authority.issue({ names: [host] }))
    expect(await shake(port, createTrust())).toMatchObject({ verified: false })
  })
})

describe('ping', () => {
  let open = 0
  const ping = async (answer: Parameters<typeof createHttps>[1], { names = [host], quiet = false } = {}) => {
    const server = createHttps(await authority.issue({ names }), answer)
    server.on('connection', (socket) => {
      open += 1
      socket.once('close', () => {
        open -= 1
      })
    })
    const port = await listen(server)
    const [connections, own] = [createConnections(), { host, quiet }]
    await lookBy(tcpCheck(8443, connections, port), own, reached)
    await lookBy(tlsCheck(8443, trust, connections, port), own, reached)
    const result = await lookBy(pingCheck(connections), own, {})
    connections.close(own)
    return result
  }

  test('Ok.', async () => {
    let asked: unknown
    const result = await ping((request, response) => {
      asked = { url: request.url, method: request.method, headers: request.headers }
      response.end('Ok.\n')
    })
    expect(result).toMatchObject({ status: 200, body: 'Ok.' })
    expect(asked).toMatchObject({ url: '/ping', method: 'GET', headers: { host: `${host}:8443` } })
    expect(asked).not.toHaveProperty('headers.authorization')
  })

  test('follows nothing, and cleans and bounds what it reads', async () => {
    expect(
      await ping((_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
    ).toMatchObject({ status: 302 })
    const flood = await ping((_request, response) => {
      response.write('\u202e\u0007'.repeat(10))
      const more = () => void (response.destroyed || response.write('x'.repeat(65_536), more))
      more()
    })
    expect(flood?.body).toMatch(/^x{900,1024}$/)
  })

  test('a verified connection or none, and nothing at all where it could wake the service', async () => {
    let asked = 0
    const count: Parameters<typeof createHttps>[1] = (_request, response) => {
      asked += 1
      response.end('Ok.\n')
    }
    expect(await ping(count, { names: ['other.example'] })).toBeUndefined()
    expect(await ping(count, { quiet: true })).toBeUndefined()
    await expect.poll(() => open).toBe(0)
    expect(asked).toBe(0)
  })

  test('a body that takes for ever is ended, and keeps what arrived', async () => {
    const result = await ping((_request, response) => {
      response.writeHead(503, { 'content-length': '100' })
      response.write('Upstream')
      const more = setInterval(() => response.write('.'), 200)
      response.on('close', () => clearInterval(more))
    })
    expect(result).toMatchObject({ status: 503, body: expect.stringMatching(/^Upstream\.+$/), failure: { code: 'ETIMEDOUT' } })
    expect(result?.elapsedMs).toBeLessThan(3_000)
  })

  test('a body that breaks off is not an answer', async () => {
    const result = await ping((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('Ok.\n', () => response.destroy())
    })
    expect(result).toMatchObject({ status: 200, body: 'Ok.', failure: { code: 'ECONNRESET' } })
  })
})
