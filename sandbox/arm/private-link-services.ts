import { z } from 'zod'
import type { World } from '../world.ts'
import { parseBody } from './body.ts'
import { key } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import type { Arm } from './state.ts'

const visibilityBody = z.object({ privateLinkServiceAlias: z.string() })

/** The alias as its owner spells it, if any service has it and Azure sees it. */
export function knownAlias({ services, hiddenAliases }: World, alias: string): string | undefined {
  const known = services.find((service) => service.alias !== undefined && key(service.alias) === key(alias))?.alias
  return known === undefined || hiddenAliases.has(known) ? undefined : known
}

export function privateLinkServiceRoutes({ world }: Arm): Route[] {
  const handle = (request: ArmRequest) => {
    const { privateLinkServiceAlias } = parseBody(visibilityBody, request.body)
    return { status: 200, body: { visible: knownAlias(world, privateLinkServiceAlias) !== undefined } }
  }
  const rest = 'providers/Microsoft.Network/locations/{location}/checkPrivateLinkServiceVisibility'
  return [
    { method: 'POST', template: `/subscriptions/{subscription}/${rest}`, handle },
    { method: 'POST', template: `/subscriptions/{subscription}/resourceGroups/{group}/${rest}`, handle },
  ]
}
