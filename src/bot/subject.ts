import { cleanText } from '../domain/hostile-text.ts'
import type { Request } from '../domain/request.ts'
import { spell } from './commands.ts'

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
  const names = plan?.services.map(({ service }) => service.name) ?? asWritten
  return `${names.map(shownName).join(', ')} → ${shownName(asked.network)}`
}

/** The command that asks for the same again, as it would be typed. */
export function setupCommand(request: Request): string {
  return `setup ${typedService(request)} in ${shownName(request.asked.network)}`
}

export function diagnoseCommand(request: Request): string {
  return `diagnose ${typedService(request)} from ${shownName(request.asked.network)}`
}

function typedService({ asked }: Request): string {
  return asked.services.map((words) => shownName(spell(words))).join(' ')
}

/** By these words every message about a request can be found. */
export function statusOf({ id, state }: Request): string {
  return `request ${id} · ${state}`
}
