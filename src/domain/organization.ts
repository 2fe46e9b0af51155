/** The API key of one ClickHouse Cloud organization. Never leaves the jobs process. */
export interface OrganizationKey {
  readonly organizationId: string
  readonly organizationName: string
  readonly keyId: string
  readonly keySecret: string
}
