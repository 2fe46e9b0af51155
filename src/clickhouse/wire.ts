import { z } from 'zod'

/** The fields of ClickHouse Cloud's answers that this program reads. Other fields are ignored. */

/** An empty list for a list that is absent or null. */
function none<Item>(list: Item[] | null | undefined): Item[] {
  return list ?? []
}

export const serviceSchema = z.object({
  id: z.string(),
  name: z.string(),
  provider: z.string(),
  region: z.string(),
  state: z.string(),
  privateEndpointIds: z.array(z.string()).nullish().transform(none),
})
export type WireService = z.infer<typeof serviceSchema>

export const organizationSchema = z.object({
  id: z.string(),
  name: z.string(),
  privateEndpoints: z
    .array(
      z.object({
        id: z.string(),
        description: z.string().nullish(),
        cloudProvider: z.string().optional(),
        region: z.string().optional(),
      }),
    )
    .nullish()
    .transform(none),
})
export type WireOrganization = z.infer<typeof organizationSchema>

/** An API key as the organization lists it. `roles` is the older form; organizations with custom roles have `assignedRoles`. */
export const keySchema = z.object({
  id: z.string(),
  state: z.string().optional(),
  roles: z.array(z.string()).default([]),
  assignedRoles: z.array(z.object({ roleName: z.string(), roleType: z.string() })).default([]),
  /** The last four characters of the key. */
  keySuffix: z.string().optional(),
})
export type WireKey = z.infer<typeof keySchema>

/** An entry of the organization's activity log. The vendor promises none of these fields. */
export const activitySchema = z.object({
  createdAt: z.string().optional(),
  type: z.string().optional(),
  actorType: z.string().optional(),
  actorId: z.string().optional(),
  actorDetails: z.string().nullish(),
  serviceId: z.string().nullish(),
})
export type WireActivity = z.infer<typeof activitySchema>

/** The vendor promises neither field: plan tiers without Private Link have none. */
export const privateEndpointConfigSchema = z.object({
  endpointServiceId: z.string().nullish(),
  privateDnsHostname: z.string().nullish(),
})
export type WirePrivateEndpointConfig = z.infer<typeof privateEndpointConfigSchema>

export const envelopeSchema = z.object({
  status: z.number().optional(),
  requestId: z.string().optional(),
  result: z.unknown().optional(),
  error: z.string().optional(),
})
