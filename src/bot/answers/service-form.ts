import ms from 'ms'
import { cleanText } from '../../domain/hostile-text.ts'
import type { Place } from '../../domain/person.ts'
import { type Network, nearest, type Service } from '../../domain/target.ts'
import type { Inventory } from '../../redis/records.ts'
import { durationText } from '../cards/duration.ts'
import type { FilledForm, FormKind, FormProblems } from '../chat/surface.ts'

/** The form that asks for what a command left out. Only services on Azure are offered: Private Link from Azure reaches no others. */
export interface ServiceForm {
  readonly kind: FormKind
  readonly place: Place
  readonly organizations: readonly Choice[]
  readonly organization?: string
  /** Of the chosen organization; absent until one is chosen. */
  readonly services?: readonly Choice[]
  readonly service?: string
  readonly networks: readonly Choice[]
  readonly network?: string
  readonly reason?: string
  /** How often, of a watch; as it would be typed. */
  readonly every?: string
  /** What is amiss with what the person had written. */
  readonly notice?: string
  /** When the services were read. */
  readonly readAt: string
}

export interface Choice {
  readonly value: string
  readonly label: string
}

/** The network of a form that means all of them, where one may look from all. */
export const everywhere = '*'

/** How often a form offers to look. */
const intervals = ['1m', '5m', '15m', '1h', '6h', '24h'] as const

/** As it would be typed; every five minutes where nothing was said. */
export function intervalOf(everyMs: number = ms('5m')): string {
  return intervals.find((every) => ms(every) === everyMs) ?? `${everyMs / 1_000}s`
}

/** In milliseconds. */
export function intervalMs(every: string | undefined): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(every ?? '') ?? []
  const known = intervals.find((each) => each === every)
  return known === undefined ? (seconds === undefined ? undefined : Number(seconds) * 1_000) : ms(known)
}

/** What may be chosen, and what the person had said. */
export function intervalChoices(said: string | undefined): readonly Choice[] {
  const values = [...new Set([...intervals, ...(said === undefined ? [] : [said])])]
  return values.map((value) => ({ value, label: `every ${durationText(intervalMs(value) ?? 0)}` }))
}

/** Longest reason that a person may give, in code points. */
export const longestReason = 500

/** What the form is made from. */
export interface FormSource {
  readonly inventory: Inventory
  readonly organizations: readonly { readonly id: string; readonly name: string }[]
  readonly networks: readonly Network[]
}

/** What the person had said already, by name or id. */
export interface Given {
  readonly organization?: string
  readonly service?: string
  readonly network?: string
  readonly reason?: string
  readonly every?: string
}

export function serviceForm(kind: FormKind, place: Place, given: Given, source: FormSource): ServiceForm {
  const { inventory, organizations, networks } = source
  const named = organizations.find(({ id, name }) => id === given.organization || sameName(name, given.organization))
  const candidates = azureServices(inventory).filter(({ organizationId }) => named === undefined || organizationId === named.id)
  const matches = candidates.filter(({ id, name }) => id === given.service || sameName(name, given.service))
  const [match] = matches
  const sole = organizations.length === 1 ? organizations[0] : undefined
  const owners = new Set(matches.map(({ organizationId }) => organizationId))
  const organization = named?.id ?? (owners.size === 1 ? match?.organizationId : undefined) ?? sole?.id
  const choices = networkChoices(kind, networks)
  const network = choices.find(({ value }) => sameName(value, given.network))
  const notices = [
    ...(given.service === undefined || matches.length === 1
      ? []
      : [serviceNotice(given.service, matches, candidates, inventory)]),
    ...(given.network === undefined || network !== undefined ? [] : [networkNotice(given.network, networks)]),
  ]
  return {
    kind,
    place,
    organizations: organizations.map(({ id, name }) => ({ value: id, label: name })),
    ...(organization !== undefined && { organization, services: serviceChoices(inventory, organization) }),
    ...(matches.length === 1 && match !== undefined && { service: match.id }),
    networks: choices,
    ...(network !== undefined && { network: network.value }),
    ...(kind === 'watch' && { every: given.every ?? intervalOf() }),
    ...(given.reason !== undefined && { reason: cleanText(given.reason, longestReason) }),
    ...(notices.length > 0 && { notice: notices.join(' ') }),
    readAt: inventory.readAt,
  }
}

function networkChoices(kind: FormKind, networks: readonly Network[]): readonly Choice[] {
  const own = networks.map(({ name, location }) => ({ value: name, label: `${name} (${location})` }))
  return kind === 'diagnose' ? [...own, { value: everywhere, label: 'everywhere' }] : own
}

/** The service that the form names, or what is wrong with each field. The form may be as old as the person was slow. */
export function checkForm(
  filled: FilledForm,
  { inventory, organizations, networks }: FormSource,
): { readonly service: Service; readonly network: string } | FormProblems {
  const organization = organizations.find(({ id }) => id === filled.organization)
  const service = azureServices(inventory).find(({ id }) => id === filled.service)
  const network = networkChoices(filled.kind, networks).find(({ value }) => value === filled.network)?.value
  const problems = {
    ...(organization === undefined && { organization: 'Choose an organization.' }),
    ...(organization !== undefined && serviceProblem(organization, service, { ...filled, inventory })),
    ...(network === undefined && { network: 'Choose a network.' }),
    ...([...(filled.reason ?? '')].length > longestReason && { reason: `At most ${longestReason} characters.` }),
  }
  if (service === undefined || network === undefined || Object.keys(problems).length > 0) return { problems }
  return { service, network }
}

function serviceProblem(
  organization: { readonly id: string; readonly name: string },
  service: Service | undefined,
  { inventory, service: said }: { readonly inventory: Inventory; readonly service?: string },
) {
  if (service?.organizationId === organization.id) return {}
  if (serviceChoices(inventory, organization.id).length === 0) return { organization: noServices(organization.name) }
  if (service !== undefined) return { service: `${service.name} is not a service of ${organization.name}.` }
  return { service: said === undefined ? 'Choose a service.' : 'This service is not there any more. Choose another.' }
}

export function noServices(organization: string): string {
  return `${organization} has no service on Azure, so there is nothing to connect to.`
}

export function azureServices({ services }: Inventory): readonly Service[] {
  return services.filter(({ provider }) => provider === 'azure')
}

/** Two services may have one name: then a part of the id tells them apart. */
function serviceChoices(inventory: Inventory, organization: string): readonly Choice[] {
  const services = azureServices(inventory).filter(({ organizationId }) => organizationId === organization)
  return services
    .map((service): Choice => {
      const twins = services.filter(({ name }) => name === service.name).length > 1
      const label = [service.name, service.region, ...(twins ? [service.id.slice(0, 8)] : []), ...stateOf(service)].join(' · ')
      return { value: service.id, label: cleanText(label, 75) }
    })
    .toSorted((a, b) => a.label.localeCompare(b.label))
}

function stateOf({ state }: Service): readonly string[] {
  return state === 'running' ? [] : [state]
}

function serviceNotice(said: string, matches: readonly Service[], candidates: readonly Service[], all: Inventory): string {
  const name = cleanText(said, 80)
  if (matches.length > 1) return `${matches.length} services are named "${name}": choose the one that you mean.`
  const elsewhere = all.services.find((service) => sameName(service.name, said) && service.provider !== 'azure')
  if (elsewhere !== undefined)
    return `${name} runs on ${elsewhere.provider}, and Private Link from Azure reaches services on Azure only.`
  const guess = nearest(
    name,
    candidates.map((service) => cleanText(service.name, 80)),
  )
  return `No service on Azure is named "${name}".${guess === undefined ? '' : ` Did you mean ${guess}?`}`
}

function networkNotice(said: string, networks: readonly Network[]): string {
  const word = cleanText(said, 80)
  const guess = nearest(
    word,
    networks.map(({ name }) => name),
  )
  return `"${word}" is not a network that I know.${guess === undefined ? '' : ` Did you mean ${guess}?`}`
}

export function sameName(name: string, said: string | undefined): boolean {
  return said !== undefined && name.toLowerCase() === said.toLowerCase()
}
