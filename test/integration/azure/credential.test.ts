import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, test, vi } from 'vitest'
import { listen, stop } from '../../../sandbox/arm/listen.ts'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { azureCredential } from '../../../src/azure/credential.ts'
import { handOver, jobsConfig } from '../../../src/config.ts'
import { good, jobsEnvironment } from '../../unit/config/config-file.ts'

const tenant = '11111111-55a1-4a0e-9d5e-0c4b1d2f3a41'

test('a private cloud’s own authority gives the token, and nobody else is asked about it', async () => {
  const certificates = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), certificates.certificate])
  const folder = await mkdtemp(join(tmpdir(), 'privatelink-credential-'))
  const [config, secretFile] = [join(folder, 'config.yaml'), join(folder, 'secret')]
  await Promise.all([writeFile(config, good), writeFile(secretFile, 'azure-f1le-secret\n')])
  let host = ''
  const asked: string[] = []
  const server = createServer(await certificates.issue({ names: ['localhost'] }), async (request, response) => {
    asked.push(await text(request))
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
  const identity = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: tenant, AZURE_AUTHORITY_HOST: host }
  for (const [name, value] of Object.entries(identity)) vi.stubEnv(name, value)
  // Of a file: handed over to the environment, where the library reads it.
  vi.stubEnv('AZURE_CLIENT_SECRET', '')
  const secrets = handOver(jobsConfig({ ...jobsEnvironment(config), AZURE_CLIENT_SECRET_FILE: secretFile }))
  const credential = azureCredential({ ownAuthority: true })
  const found = await credential.getToken('https://management.azure.com/.default')
  vi.unstubAllEnvs()
  await stop(server)
  await rm(folder, { recursive: true })
  expect(found?.token).toBe('private')
  expect(asked.join()).toContain('client_secret=azure-f1le-secret')
  expect(secrets).toContain('azure-f1le-secret')
})
