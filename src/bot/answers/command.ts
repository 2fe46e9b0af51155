import type { Person } from '../../domain/person.ts'
import type { Action } from '../../domain/request.ts'
import { sameName } from '../../domain/service-words.ts'
import { nearest } from '../../domain/target.ts'
import { helpCard } from '../cards/help-card.ts'
import { shownName } from '../cards/subject.ts'
import { type Card, command, say, type Text, words } from '../chat/card.ts'
import type { Reply, Said } from '../chat/surface.ts'
import { type Command, parseCommand, prepositions, spell } from '../command/parse.ts'
import { cancelRequest } from './cancel.ts'
import { type Desk, tooManyFrom } from './desk.ts'
import { askForDiagnosis } from './diagnosis.ts'
import { askForChange } from './new-request.ts'
import { nearestValid, unknownNetwork } from './not-understood.ts'
import { listRequests, showRequest } from './requests.ts'
import { everywhere, type KnownFields, type ServiceFormKind, serviceForm } from './service-form.ts'
import { showStatus } from './status.ts'
import { listWatches, unwatch, watch } from './watch.ts'
import { intervalText } from './watch-interval.ts'

type ChangeCommand = Extract<Command, { kind: Action }>

/** What the bot answers to a command. */
export async function answerCommand(desk: Desk, said: Said): Promise<Reply> {
  const asked = parseCommand(said.text)
  switch (asked.kind) {
    case 'setup':
    case 'allow':
    case 'revoke':
    case 'teardown':
      return await change(desk, said, asked)
    case 'diagnose':
      return await diagnose(desk, said, asked)
    case 'status':
      return answer(await showStatus(desk, asked.service))
    case 'requests':
      return answer(await listRequests(desk, said.by, asked.which))
    case 'request':
      return answer(await showRequest(desk, asked.id))
    case 'cancel':
      return answer(await cancelRequest(desk, said.by, asked.id))
    case 'help':
      return answer(helpCard(asked.about))
    case 'watch':
      return await startWatch(desk, said, asked)
    case 'unwatch':
      return answer(await endWatch(desk, said.by, asked))
    case 'misunderstood':
      return answer(nearestValid(asked.problem, asked.suggestion))
  }
}

/** A setup with anything missing opens the form. Another change takes the only network where there is just one. */
async function change(desk: Desk, { by, place }: Said, asked: ChangeCommand): Promise<Reply> {
  const { kind, services, reason } = asked
  const network = asked.network ?? (kind === 'setup' && services.length < 2 ? undefined : soleNetwork(desk))
  const all = kind === 'teardown' && asked.network !== undefined
  const [service] = services
  if (network === undefined || (service === undefined && !all)) {
    const said = services.length === 0 ? 'SERVICE' : services.map(spell).join(' ')
    const example = command(`${kind} ${said} ${prepositions[kind]} ${network ?? networkWords(desk)}`)
    const question = service === undefined ? 'Which services?' : `Which network: ${namesOf(desk).join(', ')}?`
    const given = { ...service, ...(network !== undefined && { network }), ...(reason !== undefined && { reason }) }
    return await openForm(desk, kind, services.length > 1 ? undefined : given, words`${question} Say ${example}`)
  }
  const known = knownNetwork(desk, network)
  if (typeof known !== 'string') return answer(known)
  return answer(await askForChange(desk, kind, { by, place, services, network: known, ...(reason !== undefined && { reason }) }))
}

async function diagnose(desk: Desk, { by, place }: Said, asked: Extract<Command, { kind: 'diagnose' }>): Promise<Reply> {
  const { service } = asked
  if (service !== undefined && asked.everywhere) return answer(await askForDiagnosis(desk, { by, place, ...service }))
  const network = asked.everywhere ? everywhere : (asked.network ?? soleNetwork(desk))
  if (service === undefined || network === undefined) {
    const from = network === everywhere ? 'everywhere' : (network ?? `${networkWords(desk)}|everywhere`)
    const example = command(`diagnose ${service === undefined ? 'SERVICE' : spell(service)} from ${from}`)
    const question =
      service === undefined
        ? 'Which service shall I diagnose?'
        : `From which network shall I diagnose it: ${namesOf(desk).join(', ')}, or everywhere?`
    return await openForm(
      desk,
      'diagnose',
      { ...service, ...(network !== undefined && { network }) },
      words`${question} Say ${example}`,
    )
  }
  const known = knownNetwork(desk, network)
  return answer(typeof known === 'string' ? await askForDiagnosis(desk, { by, place, ...service, network: known }) : known)
}

async function startWatch(desk: Desk, { by, place }: Said, asked: Extract<Command, { kind: 'watch' }>): Promise<Reply> {
  const { service, everyMs } = asked
  if (service === undefined && asked.network === undefined && everyMs === undefined) return answer(await listWatches(desk))
  const network = asked.network ?? soleNetwork(desk)
  if (service === undefined || network === undefined || everyMs === undefined) {
    const every = intervalText(everyMs)
    const said = service === undefined ? 'SERVICE' : spell(service)
    const example = command(`watch ${said} from ${network ?? networkWords(desk)} every ${every}`)
    const given = { ...service, ...(network !== undefined && { network }), every }
    const question =
      service === undefined
        ? 'Which service shall I watch?'
        : network === undefined
          ? `From which network: ${namesOf(desk).join(', ')}?`
          : 'How often?'
    return await openForm(desk, 'watch', given, words`${question} Say for example ${example}`)
  }
  const known = knownNetwork(desk, network)
  if (typeof known !== 'string') return answer(known)
  return answer((await tooManyFrom(desk, by)) ?? (await watch(desk, { by, place, service, network: known, everyMs })))
}

/**
 * The form that asks for what is missing. The question alone while the list of services is not known, and where `known` is undefined: the form holds
 * one service.
 */
async function openForm(desk: Desk, kind: ServiceFormKind, known: KnownFields | undefined, otherwise: Text): Promise<Reply> {
  const inventory = known === undefined ? undefined : await desk.inventory.read()
  if (known === undefined) return answer(say(otherwise))
  if (inventory === undefined)
    return answer(say(words`I have not read the list of services yet, so I cannot offer you a choice. ${otherwise}`))
  return { kind: 'form', form: serviceForm(kind, known, { ...desk, inventory }) }
}

function answer(card: Card): Reply {
  return { kind: 'card', card }
}

function namesOf({ networks }: Desk): readonly string[] {
  return networks.map(({ name }) => name)
}

/** All networks as alternatives in an example: `prod-westus3|staging-eastus2`. */
function networkWords(desk: Desk): string {
  return namesOf(desk).join('|')
}

function soleNetwork(desk: Desk): string | undefined {
  const [sole, ...more] = namesOf(desk)
  return more.length === 0 ? sole : undefined
}

async function endWatch(desk: Desk, by: Person, { service, network }: Extract<Command, { kind: 'unwatch' }>): Promise<Card> {
  if (service === undefined) return say(words`Which service? What I watch: ${command('watch')}`)
  if (network === undefined) return await unwatch(desk, by, service, undefined)
  const known = knownNetwork(desk, network)
  if (typeof known === 'string') return await unwatch(desk, by, service, known)
  // A watch stays when its network is taken out of the configuration.
  const isWatched = (await desk.watches.all()).some((each) => sameName(each.network, network))
  return isWatched ? await unwatch(desk, by, service, network) : known
}

/** The network as the configuration spells it, or the answer that says which are known. */
function knownNetwork({ networks }: Desk, said: string): string | Card {
  const names = networks.map(({ name }) => name)
  return names.find((name) => sameName(name, said)) ?? unknownNetwork(shownName(said), nearest(said, names), names)
}
