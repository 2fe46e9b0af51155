import { cleanName, cleanText } from '../../domain/hostile-text.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Action, Request } from '../../domain/request.ts'
import { sameName } from '../../domain/service-words.ts'
import { code, strong, type Text, words } from '../chat/card.ts'
import { prepositions, spell } from '../command/parse.ts'

/** Longest name of a service or network in a message, in code points. */
const nameLength = 80

export function shownName(name: string): string {
  return cleanName(name, nameLength)
}

/** Of more services than this, a title names the first few and counts the rest: a card names each below its title. */
const mostInTitle = 4
const namedOfMany = 3

/** Longest name of a service in a title, where there are several, in code points. */
const titleNameLength = 50

/** `analytics-prod → prod-westus3` */
export function subjectOf({ plan, asked }: Request): string {
  const asWritten = asked.services.map(({ organization, service }) =>
    organization === undefined ? service : `${organization}/${service}`,
  )
  const names =
    plan === undefined ? (asWritten.length === 0 ? ['all services'] : asWritten).map(shownName) : serviceNames(plan, asked)
  const short = names.length === 1 ? names : names.map((name) => cleanName(name, titleNameLength))
  const listed =
    names.length <= mostInTitle
      ? short.join(', ')
      : `${short.slice(0, namedOfMany).join(', ')} and ${names.length - namedOfMany} more`
  return `${listed} → ${shownName(asked.network)}`
}

/** The names of a plan's services, in its order. A name that says too little has the beginning of the id beside it: `twin (3e5f7091)`. */
function serviceNames({ services }: Plan, { services: asWritten }: Request['asked']): readonly string[] {
  return services.map(({ service: { id, name } }) => {
    const isRepeated = services.filter(({ service }) => sameName(service.name, name)).length > 1
    const isById = asWritten.some(({ service }) => sameName(service, id))
    return isRepeated || isById ? `${shownName(name)} (${shownName(id).split('-')[0]})` : shownName(name)
  })
}

/** Each service of the plan with its whole id and its host, where the title alone could be read for others, or may be cut. */
export function serviceLines({ plan, asked }: Request): readonly Text[] {
  if (plan === undefined) return []
  const names = serviceNames(plan, asked)
  const isPlain = plan.services.length === 1 && names[0] === shownName(plan.services[0].service.name)
  if (isPlain) return []
  return plan.services.map(
    ({ service, host }) =>
      words`service ${strong(shownName(service.name))} ${code(cleanText(service.id, 40))} ${cleanText(host, 100)}`,
  )
}

const titles: Readonly<Record<Action, string>> = {
  setup: 'Set up Private Link',
  allow: 'Allow over Private Link',
  revoke: 'Revoke from Private Link',
  teardown: 'Tear down Private Link',
}

/** `Set up Private Link: analytics-prod → prod-westus3` */
export function titleOf(request: Request): string {
  const { action, undoes } = request
  return `${undoes === undefined ? titles[action] : `Undo ${undoes}`}: ${subjectOf(request)}`
}

/** The command that asks for the same again, as a person types it. */
export function sameCommand(request: Request): string {
  const { action, asked } = request
  return [action, typedService(request), prepositions[action], shownName(asked.network)].filter((word) => word !== '').join(' ')
}

export function diagnoseCommand(request: Request): string {
  return `diagnose ${typedService(request)} from ${shownName(request.asked.network)}`
}

function typedService({ asked }: Request): string {
  return asked.services.map((words) => cleanText(spell(words), 250)).join(' ')
}

/** The request's id and state, in these words on every message about it: people search for them. */
export function statusOf({ id, state }: Request): string {
  return `request ${id} · ${state}`
}
