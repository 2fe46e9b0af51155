/** A private name carries this label; without it the name leads over the internet. */
export function isPrivateName(host: string): boolean {
  return host.toLowerCase().includes('.privatelink.')
}

/** `SERVICE.REGION.CLOUD.clickhouse.cloud`, in one of the clouds that ClickHouse Cloud runs in. */
const publicName = /^[a-z0-9-]+\.(?![a-z0-9-]*privatelink)[a-z0-9-]+\.(?:azure|aws|gcp)\.clickhouse\.cloud\.?$/i

/** Whether this is the public name of a service of ClickHouse Cloud, by its form. */
export function isPublicName(host: string): boolean {
  return publicName.test(host)
}
