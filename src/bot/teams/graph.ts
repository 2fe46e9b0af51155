import type { TokenCredential } from '@azure/identity'
import { z } from 'zod'
import { refusalOf, translated } from './errors.ts'

const scope = 'https://graph.microsoft.com/.default'

/** For one call, in milliseconds. */
const patienceMs = 2_500

/** More members of a group are not listed. */
const mostPages = 10

/**
 * Microsoft Graph, with the application permissions `GroupMember.Read.All` and `User.ReadBasic.All`; only with `User.Read.All` in place of the second
 * does it say whether an account is enabled. All failures are `RetryableError` or `TerminalError`.
 * https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups
 */
export interface Graph {
  /** Those of the groups, by Entra id, in which the person is, directly or through other groups. Groups that do not exist count as empty. */
  groupsOf(objectId: string, groups: readonly string[]): Promise<readonly string[]>
  /** `undefined` where Graph does not say it to the bot. https://learn.microsoft.com/graph/api/user-get */
  accountState(objectId: string): Promise<'enabled' | 'disabled' | 'unknown' | undefined>
  membersOf(group: string): Promise<readonly { readonly id: string; readonly name: string }[]>
}

const groupsSchema = z.object({ value: z.array(z.string()) })
const userSchema = z.object({ accountEnabled: z.boolean().nullish() })
const membersSchema = z.object({
  value: z.array(z.object({ id: z.string(), displayName: z.string().nullish() })),
  '@odata.nextLink': z.string().optional(),
})

export function createGraph(baseUrl: string, credential: TokenCredential): Graph {
  const base = baseUrl.replace(/\/+$/, '')
  const ask = async (url: string, body?: object): Promise<unknown> => {
    // A next page is asked for with our token, so that it has to be of the same place.
    if (new URL(url).origin !== new URL(base).origin) throw new Error('Microsoft Graph names another host.')
    try {
      const signal = AbortSignal.timeout(patienceMs)
      const { token } = (await credential.getToken(scope, { abortSignal: signal })) ?? {}
      const response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal,
      })
      const text = await response.text()
      if (response.ok) return JSON.parse(text)
      throw Object.assign(new Error('Microsoft Graph refused.'), {
        statusCode: response.status,
        response: { bodyAsText: text, headers: response.headers },
      })
    } catch (error) {
      throw translated(error, 'read')
    }
  }
  return {
    async groupsOf(objectId, groups) {
      const answer = await ask(`${base}/users/${encodeURIComponent(objectId)}/checkMemberGroups`, { groupIds: groups })
      return groupsSchema.parse(answer).value
    },
    async accountState(objectId) {
      try {
        const user = userSchema.parse(await ask(`${base}/users/${encodeURIComponent(objectId)}?$select=id,accountEnabled`))
        return user.accountEnabled == null ? undefined : user.accountEnabled ? 'enabled' : 'disabled'
      } catch (error) {
        if (refusalOf(causeOf(error))?.status === 404) return 'unknown'
        throw error
      }
    },
    async membersOf(group) {
      const found: { id: string; name: string }[] = []
      let url: string | undefined =
        `${base}/groups/${encodeURIComponent(group)}/transitiveMembers/microsoft.graph.user?$select=id,displayName&$top=100`
      for (let page = 0; url !== undefined && page < mostPages; page++) {
        const { value, '@odata.nextLink': next } = membersSchema.parse(await ask(url))
        found.push(...value.map(({ id, displayName }) => ({ id, name: displayName ?? id })))
        url = next
      }
      return found
    },
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}
