import { isObject, type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'
import type { World } from '../world.ts'
import type { AuditLine, Picture, RequestLine } from './client/shapes.ts'

/** What the processes have written down, and what stands in the clouds, as lines and as a picture. */

export function requestLine(request: JsonObject): RequestLine {
  const planned = objectsOf(objectOf(request, 'plan'), 'steps').map((step) => stringOf(step, 'id') ?? '')
  const progress = objectOf(request, 'steps') ?? {}
  const ids = [...new Set([...planned, ...Object.keys(progress)])]
  return {
    id: stringOf(request, 'id') ?? '',
    action: stringOf(request, 'action') ?? '',
    state: stringOf(request, 'state') ?? '',
    by: stringOf(objectOf(objectOf(request, 'asked'), 'by'), 'name') ?? '',
    steps: ids.map((id) => {
      const step = isObject(progress[id]) ? progress[id] : undefined
      const [start, end] = [stringOf(step, 'startedAt'), stringOf(step, 'finishedAt')]
      return {
        id,
        state: stringOf(step, 'state') ?? 'waiting',
        note: stringOf(step, 'note') ?? '',
        ...(start !== undefined && end !== undefined && { ms: Date.parse(end) - Date.parse(start) }),
      }
    }),
  }
}

export function auditLine(entry: JsonObject): AuditLine {
  const text = (key: string): string => stringOf(entry, key) ?? ''
  return {
    at: text('at'),
    request: text('request'),
    event: text('event'),
    state: text('state'),
    by: stringOf(objectOf(entry, 'by'), 'name') ?? 'the bot',
    what: text('what'),
  }
}

/** The causes that a diagnosis has named, and when; `undefined` while it runs. */
export function verdictsOf(diagnosis: JsonObject): { service: string; codes: string[]; at: string; title: string } | undefined {
  const at = stringOf(diagnosis, 'endedAt')
  const verdict = objectOf(objectsOf(diagnosis, 'looks')[0], 'verdict')
  const code = stringOf(verdict, 'code')
  if (at === undefined || code === undefined) return undefined
  const codes = objectsOf(verdict, 'findings').map((finding) => stringOf(finding, 'code') ?? '')
  const service = stringOf(objectOf(diagnosis, 'asked'), 'service') ?? ''
  return { service, codes: [code, ...codes], at, title: stringOf(verdict, 'title') ?? '' }
}

/** The services that somebody has begun to connect; the first of all where there is none. */
export function pictures(world: World, network: string, diagnoses: readonly JsonObject[]): Picture[] {
  const verdicts = diagnoses.map(verdictsOf)
  const drawn = world.services.map((service): Picture => {
    const endpoint = [...world.endpoints.values()].find(({ alias }) => alias === service.alias)
    const zone = [...world.zones.values()].find(({ name }) => service.privateHost?.endsWith(`.${name}`))
    const [link] = zone?.links.values() ?? []
    const verdict = verdicts.find((each) => each?.service === service.name)
    const [code = ''] = verdict?.codes ?? []
    return {
      network,
      service: service.name,
      state: service.state,
      host: service.privateHost ?? service.publicHost,
      ...(endpoint !== undefined && {
        endpoint: {
          name: endpoint.connectionName,
          address: endpoint.address,
          state: endpoint.provisioningState,
          connection: endpoint.connection,
          guid: endpoint.resourceGuid,
        },
      }),
      ...(zone !== undefined && {
        zone: {
          name: zone.name,
          state: zone.provisioningState,
          records: [...zone.records.values()].map(({ type, name, addresses }) => `${type} ${name} → ${addresses.join(', ')}`),
          ...(link !== undefined && { link: link.state }),
        },
      }),
      isInOrganization: world.organizations.some(({ privateEndpoints }) =>
        privateEndpoints.some(({ id }) => endpoint !== undefined && [endpoint.resourceGuid, endpoint.id].includes(id)),
      ),
      isOnAllowList: endpoint !== undefined && world.admits(service, endpoint),
      ...(verdict !== undefined && { verdict: { code, at: verdict.at, title: verdict.title } }),
    }
  })
  const touched = drawn.filter(({ isOnAllowList, verdict }) => isOnAllowList || verdict !== undefined)
  return touched.length > 0 ? touched.slice(0, 3) : drawn.slice(0, 1)
}
