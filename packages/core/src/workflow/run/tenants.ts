/** In the place of a tenant, for runs that are nobody's. */
export const noTenant = '$none'

/** The tenant of a run, as a store names it. */
export function storedTenant(tenant: string | undefined): string {
  return tenant ?? noTenant
}

/** The tenant of a run, as everybody else names it. */
export function tenantOf(stored: string): string | undefined {
  return stored === noTenant ? undefined : stored
}
