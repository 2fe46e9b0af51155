import { cleanText } from '../../domain/hostile-text.ts'
import { servicesMeant } from '../../domain/service-words.ts'
import { type Cell, type Survey, unreadNames } from '../../domain/survey.ts'
import { nearest, type Service, sameId } from '../../domain/target.ts'
import { verdictKey } from '../../redis/survey.ts'
import { statusCard } from '../cards/status-card.ts'
import { shownName } from '../cards/subject.ts'
import { type Card, command, say, words } from '../chat/card.ts'
import { type ServiceName, spell } from '../command/parse.ts'
import type { Desk } from './desk.ts'

/** Answers from the last survey, which the jobs process reads in the background: no cloud is called here. */
export async function showStatus(
  { survey: store, verdicts, inventory, now }: Desk,
  asked: ServiceName | undefined,
): Promise<Card> {
  const [survey, known] = await Promise.all([readSurvey(store), verdicts.read()])
  if (survey === undefined) {
    return say(
      words`I have not read services and networks yet. Try again in a minute; if it stays so, the jobs process is down or cannot read them. To check from inside a network: ${command('diagnose SERVICE from NETWORK')}`,
    )
  }
  const services = survey.rows.map(({ service }) => service)
  const byHost = Object.entries(survey.names).find(([, { host }]) => host !== undefined && sameId(host, asked?.service))
  const named = byHost === undefined ? asked : { service: byHost[0] }
  const meant = named && new Set(servicesMeant(services, named).map(({ id }) => id))
  const rows = meant === undefined ? survey.rows : survey.rows.filter(({ service }) => meant.has(service.id))
  if (rows.length === 0) {
    if (asked === undefined) return nothingRead()
    const all = await inventory.read()
    const [existing] = servicesMeant(all?.services ?? [], asked)
    if (existing !== undefined) return withoutCells(existing, survey)
    return unknown(
      asked,
      (all?.services ?? services).map(({ name }) => name),
    )
  }
  const verdictOf = ({ service, network }: Cell) => known.get(verdictKey(service.id, network))
  return statusCard(rows, { survey, verdictOf, now: now() })
}

/** Names that the survey lacks may have been learned since. */
async function readSurvey(store: Desk['survey']): Promise<Survey | undefined> {
  const survey = await store.read()
  return survey === undefined || unreadNames(survey) === 0 ? survey : await store.readWithNames()
}

/** The service exists, and the survey has nothing about it: it is in another cloud, has no Private Link, or its private name has not been read yet. */
function withoutCells({ id, name, provider, region, state }: Service, { names }: Survey): Card {
  const shown = shownName(name)
  if (provider !== 'azure')
    return say(
      words`${shown} runs on ${cleanText(provider, 40)} (${cleanText(region, 40)}), not on Azure: there is no Azure Private Link to it.`,
    )
  const { host, readAt } = names[id] ?? {}
  if (readAt !== undefined && Date.parse(readAt) > 0 && host === undefined)
    return say(words`ClickHouse Cloud names no Private Link for ${shown}; its plan tier may lack it.`)
  return say(
    words`${shown} exists (${cleanText(region, 40)}, ${cleanText(state, 40)}). How it is connected has not been read yet: the private names of services are read in the background, some 30 a minute. To check it now: ${command(`diagnose ${spell({ service: shown })} from NETWORK`)}`,
  )
}

function nothingRead(): Card {
  return say(
    words`I know of no service on Azure with Private Link yet; each is read once, some 30 a minute. Try again in a minute, or set one up: ${command('setup')}`,
  )
}

function unknown({ service }: ServiceName, names: readonly string[]): Card {
  const guess = nearest(service, names)
  const hint = guess === undefined ? '' : words` Did you mean ${command(`status ${guess}`)}`
  return say(words`"${shownName(service)}" is not among the services on Azure with Private Link that I have read.${hint}`)
}
