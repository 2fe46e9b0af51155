import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, test, vi } from 'vitest'
import { listen, stop } from '../../../sandbox/arm/listen.ts'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { azureCredential } from '../../../src/azure/credential.ts'

const tenant = '11111111-55a1-4a0e-9d5e-0c4b1d2f3a41'

test('a private cloud’s own authority gives the token, and nobody else is asked about it', async () => {
  const certificates = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), certificates.certificate])
  let host = ''
  const server = createServer(await certificates.issue({ names: ['localhost'] }), (request, response) => {
    const base = `${host}/${tenant}`
    const described = {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/keys`,
    }
    const token = { token_type: 'Bearer', expires_in: 3_599, access_token: 'private' }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(request.url?.includes('openid-configuration') === true ? described : token))
  })
  host = `https://localhost:${await listen(server)}`
  const identity = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: tenant, AZURE_CLIENT_SECRET: 'secret', AZURE_AUTHORITY_HOST: host }
  for (const [name, value] of Object.entries(identity)) vi.stubEnv(name, value)
  const credential = azureCredential({ ownAuthority: true })
  const found = await credential.getToken('https://management.azure.com/.default')
  vi.unstubAllEnvs()
  await stop(server)
  expect(found?.token).toBe('private')
})
