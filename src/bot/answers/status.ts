import { servicesMeant } from '../../domain/service-words.ts'
import { nearest } from '../../domain/target.ts'
import { verdictKey } from '../../redis/survey.ts'
import { statusCard } from '../cards/status-card.ts'
import { shownName } from '../cards/subject.ts'
import { type Card, command, say, words } from '../chat/card.ts'
import type { ServiceName } from '../command/parse.ts'
import type { Desk } from './desk.ts'

/** Answers from the last survey, which the jobs process reads in the background: no cloud is called here. */
export async function showStatus({ survey: store, verdicts, now }: Desk, asked: ServiceName | undefined): Promise<Card> {
  const [survey, known] = await Promise.all([store.read(), verdicts.read()])
  if (survey === undefined) {
    return say(
      words`I have not read services and networks yet. Try again in a minute; if it stays so, the jobs process is down or cannot read them. To check from inside a network: ${command('diagnose SERVICE from NETWORK')}`,
    )
  }
  const services = survey.cells.map(({ service }) => service)
  const meant = new Set((asked === undefined ? services : servicesMeant(services, asked)).map(({ id }) => id))
  const cells = survey.cells.filter(({ service }) => meant.has(service.id))
  if (cells.length === 0)
    return asked === undefined
      ? nothingRead()
      : unknown(
          asked,
          services.map(({ name }) => name),
        )
  const verdictOf = ({ service, network }: (typeof cells)[number]) => known.get(verdictKey(service.id, network))
  return statusCard(cells, { survey, verdictOf, now: now() })
}

function nothingRead(): Card {
  return say(
    words`I know of no service on Azure with Private Link yet; each is read once, a few a minute. Try again in a minute, or set one up: ${command('setup')}`,
  )
}

function unknown({ service }: ServiceName, names: readonly string[]): Card {
  const guess = nearest(service, names)
  const hint = guess === undefined ? '' : words` Did you mean ${command(`status ${guess}`)}`
  return say(words`"${shownName(service)}" is not among the services on Azure with Private Link that I have read.${hint}`)
}
