import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder'
import { AuthenticationConstants, PasswordServiceClientCredentialFactory } from 'botframework-connector'

/** The least bot that the SDK makes: it authenticates an invoke, and answers it with a sentence. Prints its port when it listens. */

const { TEAMS_APP_ID = '', TEAMS_APP_PASSWORD = '', TEAMS_TENANT_ID = '', TEAMS_OPENID_URL = '' } = process.env
const authentication = new ConfigurationBotFrameworkAuthentication(
  {
    ValidateAuthority: true,
    ToChannelFromBotLoginUrl: AuthenticationConstants.ToChannelFromBotLoginUrl,
    ToChannelFromBotOAuthScope: AuthenticationConstants.ToChannelFromBotOAuthScope,
    ToBotFromChannelTokenIssuer: AuthenticationConstants.ToBotFromChannelTokenIssuer,
    OAuthUrl: AuthenticationConstants.OAuthUrl,
    ToBotFromChannelOpenIdMetadataUrl: TEAMS_OPENID_URL,
    ToBotFromEmulatorOpenIdMetadataUrl: AuthenticationConstants.ToBotFromEmulatorOpenIdMetadataUrl,
    CallerId: 'urn:botframework:azure',
  },
  new PasswordServiceClientCredentialFactory(TEAMS_APP_ID, TEAMS_APP_PASSWORD, TEAMS_TENANT_ID),
)
const adapter = new CloudAdapter(authentication)
const answer = { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Nothing was done.' }

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method = '', headers } = request
  await adapter.process(
    { method, headers, body: JSON.parse(Buffer.concat(chunks).toString()) },
    shaped(response),
    async (context) => {
      await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body: answer } })
    },
  )
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))

/** As the SDK expects a response of Express. */
function shaped(response: ServerResponse) {
  return {
    socket: response.socket,
    status: (code: number) => response.writeHead(code, { 'content-type': 'application/json' }),
    header: () => undefined,
    send: (body: unknown) => response.write(JSON.stringify(body)),
    end: () => response.end(),
  }
}
