import { cleanText } from '../../domain/hostile-text.ts'
import { longestReason } from '../../domain/request.ts'
import { isMeant, isOf, sameName } from '../../domain/service-words.ts'
import { type Network, nearest, type Service } from '../../domain/target.ts'
import type { Inventory } from '../../redis/records.ts'
import { agoText } from '../cards/duration.ts'
import { command, words } from '../chat/card.ts'
import {
  type Choice,
  type ChoiceQuery,
  type FilledForm,
  type Form,
  type FormKind,
  type FormPart,
  type FormProblems,
  mostOffered,
} from '../chat/form.ts'
import { wholeCommand } from '../command/command-list.ts'
import { intervalChoices, intervalText } from './watch-interval.ts'

/** The form that asks for what a command left out. It offers services on Azure only: Private Link from Azure reaches no others. */

export type ServiceFormKind = Exclude<FormKind, 'override' | 'fix' | 'undo'>

const titles: Readonly<Record<ServiceFormKind, { readonly title: string; readonly submit: string }>> = {
  setup: { title: 'Set up Private Link', submit: 'Plan it' },
  allow: { title: 'Allow a service', submit: 'Plan it' },
  revoke: { title: 'Revoke a service', submit: 'Plan it' },
  teardown: { title: 'Tear down Private Link', submit: 'Plan it' },
  diagnose: { title: 'Diagnose a service', submit: 'Diagnose it' },
  watch: { title: 'Watch a service', submit: 'Watch it' },
}

/** The choice of a diagnosis form that means all networks. */
export const everywhere = '*'

/** The lists that the form offers. */
export interface FormSource {
  readonly inventory: Inventory
  readonly organizations: readonly { readonly id: string; readonly name: string }[]
  readonly networks: readonly Network[]
  /** The moment, ISO 8601. */
  now(): string
}

/** What the command named already, by name or id. */
export interface KnownFields {
  readonly organization?: string
  readonly service?: string
  readonly network?: string
  readonly reason?: string
  readonly every?: string
}

export function serviceForm(kind: ServiceFormKind, known: KnownFields, source: FormSource): Form {
  const { inventory, organizations, networks } = source
  const named = organizations.find((each) => isMeant(each, known.organization))
  const candidates = azureServices(inventory).filter((service) => isOf(service, named?.id))
  const matches = candidates.filter((each) => isMeant(each, known.service))
  const sole = organizations.length === 1 ? organizations[0]?.id : undefined
  const owners = new Set(matches.map(({ organizationId }) => organizationId))
  const [owner] = owners.size === 1 ? owners : []
  const notices = [
    ...(known.service === undefined || matches.length === 1
      ? []
      : [serviceNotice(known.service, matches, candidates, inventory)]),
    ...(known.network === undefined || networkIn(kind, known.network, networks) !== undefined
      ? []
      : [networkNotice(known.network, networks)]),
  ]
  return {
    kind,
    ...titles[kind],
    carried: {},
    instead: words`I could not open the form. Say it in one command: ${command(wholeCommand(kind))}`,
    parts: [
      ...(notices.length === 0 ? [] : [note(notices.join(' '))]),
      ...serviceParts(named?.id ?? owner ?? sole, matches.length === 1 ? matches[0]?.id : undefined, source),
      networkField(kind, known.network, networks),
      ...furtherFields(kind, known),
    ],
  }
}

function note(text: string): FormPart {
  return { kind: 'note', text }
}

function serviceParts(
  organization: string | undefined,
  service: string | undefined,
  { inventory, organizations, now }: FormSource,
): readonly FormPart[] {
  const chosen = organizations.find(({ id }) => id === organization)
  return [
    {
      kind: 'select',
      name: 'organization',
      label: 'Organization',
      choices: organizationChoices(organizations),
      ...(chosen !== undefined && { chosen: chosen.id }),
      empty: 'The configuration names no organization.',
      refills: true,
    },
    chosen === undefined
      ? note('Choose an organization to see its services.')
      : {
          kind: 'select',
          name: 'service',
          label: 'Service',
          choices: serviceChoices(inventory, chosen.id),
          ...(service !== undefined && { chosen: service }),
          empty: noServices(chosen.name),
          list: chosen.id,
        },
    note(`Services as read ${agoText(inventory.readAt, Date.parse(now()))}.`),
  ]
}

function organizationChoices(organizations: FormSource['organizations']): readonly Choice[] {
  return organizations.map(({ id, name }) => ({ value: id, label: name }))
}

function networkField(kind: ServiceFormKind, said: string | undefined, networks: readonly Network[]): FormPart {
  const chosen = networkIn(kind, said, networks)
  return {
    kind: 'select',
    name: 'network',
    label: 'Network',
    choices: networkChoices(kind, networks),
    ...(chosen !== undefined && { chosen }),
    empty: 'The configuration names no network.',
  }
}

/** A change takes a reason, a watch an interval, a diagnosis neither. */
function furtherFields(kind: ServiceFormKind, { reason, every = intervalText() }: KnownFields): readonly FormPart[] {
  if (kind === 'diagnose') return []
  if (kind === 'watch')
    return [{ kind: 'select', name: 'every', label: 'How often', choices: intervalChoices(every), chosen: every, empty: '' }]
  return [
    {
      kind: 'text',
      name: 'reason',
      label: 'Reason',
      hint: 'The approvers see it.',
      longest: longestReason,
      optional: true,
      ...(reason !== undefined && reason !== '' && { value: cleanText(reason, longestReason) }),
    },
  ]
}

function networkChoices(kind: FormKind, networks: readonly Network[]): readonly Choice[] {
  const own = networks.map(({ name, location }) => ({ value: name, label: `${name} (${location})` }))
  return kind === 'diagnose' ? [...own, { value: everywhere, label: 'everywhere' }] : own
}

/** The services or networks that a form of this kind offers, by what somebody types: those that begin with it, then those that hold each of its words. */
export function searchChoices(
  { kind, field, list, text }: ChoiceQuery,
  { inventory, organizations, networks }: FormSource,
): readonly Choice[] {
  const all =
    field === 'network'
      ? networkChoices(kind, networks)
      : field === 'service' && list !== undefined
        ? serviceChoices(inventory, list)
        : field === 'organization'
          ? organizationChoices(organizations)
          : []
  const typed = text.trim().toLowerCase()
  const parts = typed.split(/\s+/)
  const matching = all.filter(({ label }) => parts.every((part) => label.toLowerCase().includes(part)))
  const begins = ({ label }: Choice) => (label.toLowerCase().startsWith(typed) ? 0 : 1)
  return matching.toSorted((a, b) => begins(a) - begins(b)).slice(0, mostOffered)
}

function networkIn(kind: FormKind, said: string | undefined, networks: readonly Network[]): string | undefined {
  return networkChoices(kind, networks).find(({ value }) => sameName(value, said))?.value
}

/** The chosen service and network, or the problem of each field. Checked against the lists of now: the form may have been open for hours. */
export function checkForm(
  { kind, values }: FilledForm,
  { inventory, organizations, networks }: FormSource,
): { readonly service: Service; readonly network: string } | FormProblems {
  const organization = organizations.find(({ id }) => id === values.organization)
  const service = azureServices(inventory).find(({ id }) => id === values.service)
  const network = networkChoices(kind, networks).find(({ value }) => value === values.network)?.value
  const problems = {
    ...(organization === undefined && { organization: 'Choose an organization.' }),
    ...(organization !== undefined && serviceProblem(organization, service, { inventory, said: values.service })),
    ...(network === undefined && { network: 'Choose a network.' }),
    ...([...(values.reason ?? '')].length > longestReason && { reason: `At most ${longestReason} characters.` }),
  }
  if (service === undefined || network === undefined || Object.keys(problems).length > 0) return { problems }
  return { service, network }
}

function serviceProblem(
  organization: { readonly id: string; readonly name: string },
  service: Service | undefined,
  { inventory, said }: { readonly inventory: Inventory; readonly said: string | undefined },
): Readonly<Record<string, string>> {
  if (service?.organizationId === organization.id) return {}
  if (serviceChoices(inventory, organization.id).length === 0) return { organization: noServices(organization.name) }
  if (service !== undefined) return { service: `${service.name} is not a service of ${organization.name}.` }
  return { service: said === undefined ? 'Choose a service.' : 'This service does not exist any more. Choose another one.' }
}

function noServices(organization: string): string {
  return `${organization} has no service on Azure, so there is nothing to connect to.`
}

export function azureServices({ services }: Inventory): readonly Service[] {
  return services.filter(({ provider }) => provider === 'azure')
}

const byLabel = new Intl.Collator('en')

/** Services of the same name are shown with the beginning of their ids. */
function serviceChoices(inventory: Inventory, organization: string): readonly Choice[] {
  const services = azureServices(inventory).filter(({ organizationId }) => organizationId === organization)
  const namesakes = Map.groupBy(services, ({ name }) => name)
  return services
    .map((service): Choice => {
      const isShared = (namesakes.get(service.name)?.length ?? 0) > 1
      const label = [service.name, service.region, ...(isShared ? [service.id.slice(0, 8)] : []), ...stateOf(service)].join(' · ')
      return { value: service.id, label: withoutMiddle(cleanText(label, 1_000)) }
    })
    .toSorted((a, b) => byLabel.compare(a.label, b.label))
}

/** Longest label of a choice in Slack, and how much of its end is kept: region, id and state, all of which may be needed to tell services apart. In code points. */
const [longestLabel, keptEnd] = [75, 45]

function withoutMiddle(label: string): string {
  const characters = [...label]
  if (characters.length <= longestLabel) return label
  return `${characters.slice(0, longestLabel - keptEnd - 1).join('')}…${characters.slice(-keptEnd).join('')}`
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
