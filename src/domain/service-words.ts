import { type Service, type ServiceWords, sameId } from './target.ts'

/** Whether two names are equal in any letter case. */
export function sameName(one: string, other: string | undefined): boolean {
  return sameId(one, other)
}

/** Whether the word is the name or the id. */
export function isMeant({ id, name }: { readonly id: string; readonly name: string }, word: string | undefined): boolean {
  return sameName(id, word) || sameName(name, word)
}

/** The services that the words may mean: those with this id, else those with this name; all of one organization where one is named. */
export function servicesMeant<Each extends Pick<Service, 'id' | 'name' | 'organizationId' | 'organizationName'>>(
  services: readonly Each[],
  { service, organization }: ServiceWords,
): readonly Each[] {
  const candidates = services.filter((each) => isOf(each, organization))
  const byId = candidates.filter(({ id }) => sameName(id, service))
  return byId.length > 0 ? byId : candidates.filter(({ name }) => sameName(name, service))
}

/** Whether a service belongs to the organization that the word names; always true without a word. */
export function isOf(
  { organizationId, organizationName }: Pick<Service, 'organizationId' | 'organizationName'>,
  organization: string | undefined,
): boolean {
  return organization === undefined || isMeant({ id: organizationId, name: organizationName }, organization)
}
