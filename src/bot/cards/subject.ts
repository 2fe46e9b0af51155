import { cleanText } from '../../domain/hostile-text.ts'
import type { Action, Request } from '../../domain/request.ts'
import { prepositions, spell } from '../command/parse.ts'

/** Longest name of a service or network in a message, in code points. */
const nameLength = 80

export function shownName(name: string): string {
  return cleanText(name, nameLength)
}

/** `analytics-prod → prod-westus3` */
export function subjectOf({ plan, asked }: Request): string {
  const asWritten = asked.services.map(({ organization, service }) =>
    organization === undefined ? service : `${organization}/${service}`,
  )
  const names = plan?.services.map(({ service }) => service.name) ?? (asWritten.length === 0 ? ['all services'] : asWritten)
  return `${names.map(shownName).join(', ')} → ${shownName(asked.network)}`
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
  return asked.services.map((words) => shownName(spell(words))).join(' ')
}

/** The request's id and state, in these words on every message about it: people search for them. */
export function statusOf({ id, state }: Request): string {
  return `request ${id} · ${state}`
}
