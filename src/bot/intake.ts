import type { Action } from '../domain/request.ts'
import { nearest } from '../domain/target.ts'
import { nearestValid, unknownNetwork } from './answers.ts'
import { type Card, command, say, words } from './card.ts'
import { type Command, parseCommand, prepositions, spell } from './commands.ts'
import { type Desk, tooManyFrom } from './desk.ts'
import { askForDiagnosis } from './diagnosis-intake.ts'
import { durationText } from './duration.ts'
import { helpCard } from './help-card.ts'
import { cancelRequest, listRequests, showRequest } from './requests-intake.ts'
import { sameName, setupForm } from './setup-form.ts'
import { askForChange } from './setup-intake.ts'
import { showStatus } from './status-intake.ts'
import { shownName } from './subject.ts'
import type { Reply, Said } from './surface.ts'
import { listWatches, unwatch, watch } from './watch-intake.ts'

type ChangeCommand = Extract<Command, { kind: Action }>

/** What the bot answers to a command. */
export async function answerCommand(desk: Desk, said: Said): Promise<Reply> {
  const asked = parseCommand(said.text)
  switch (asked.kind) {
    case 'setup':
      return await setup(desk, said, asked)
    case 'allow':
    case 'revoke':
    case 'teardown':
      return { kind: 'card', card: await change(desk, said, asked) }
    case 'diagnose':
      return { kind: 'card', card: await diagnose(desk, said, asked) }
    case 'status':
      return { kind: 'card', card: await showStatus(desk, asked.service) }
    case 'requests':
      return { kind: 'card', card: await listRequests(desk, said.by, asked.which) }
    case 'request':
      return { kind: 'card', card: await showRequest(desk, asked.id) }
    case 'cancel':
      return { kind: 'card', card: await cancelRequest(desk, said.by, asked.id) }
    case 'help':
      return { kind: 'card', card: helpCard(asked.about) }
    case 'watch':
      return { kind: 'card', card: await startWatch(desk, said, asked) }
    case 'unwatch':
      return { kind: 'card', card: await endWatch(desk, asked) }
    case 'misunderstood':
      return { kind: 'card', card: nearestValid(asked.problem, asked.suggestion) }
  }
}

async function setup(desk: Desk, { by, place }: Said, asked: ChangeCommand): Promise<Reply> {
  const { services, network, reason } = asked
  const [service] = services
  if (service === undefined || network === undefined) {
    const inventory = await desk.inventory.read()
    if (inventory === undefined) return { kind: 'card', card: noInventory(desk) }
    const given = { ...service, ...(network !== undefined && { network }), ...(reason !== undefined && { reason }) }
    return { kind: 'form', form: setupForm(place, given, { ...desk, inventory }) }
  }
  const known = knownNetwork(desk, network)
  if (typeof known !== 'string') return { kind: 'card', card: known }
  return {
    kind: 'card',
    card: await askForChange(desk, 'setup', { by, place, services, network: known, ...(reason !== undefined && { reason }) }),
  }
}

/** Everything but setup: what is missing is asked for in the answer. */
async function change(desk: Desk, { by, place }: Said, asked: ChangeCommand): Promise<Card> {
  const { kind, services, reason } = asked
  const names = desk.networks.map(({ name }) => name)
  const [sole] = names
  const network = asked.network ?? (names.length === 1 ? sole : undefined)
  const said = services.length === 0 ? 'SERVICE' : services.map(spell).join(' ')
  const example = `${kind} ${said} ${prepositions[kind]} ${network ?? names.join('|')}`
  const all = kind === 'teardown' && asked.network !== undefined
  if (services.length === 0 && !all) return say(words`Which services? Say ${command(example)}`)
  if (network === undefined) return say(words`Which network: ${names.join(', ')}? Say ${command(example)}`)
  const known = knownNetwork(desk, network)
  if (typeof known !== 'string') return known
  return await askForChange(desk, kind, { by, place, services, network: known, ...(reason !== undefined && { reason }) })
}

async function diagnose(desk: Desk, { by, place }: Said, asked: Extract<Command, { kind: 'diagnose' }>): Promise<Card> {
  const names = desk.networks.map(({ name }) => name)
  const [sole] = names
  const network = asked.network ?? (names.length === 1 ? sole : undefined)
  const example = `diagnose ${asked.service === undefined ? 'SERVICE' : spell(asked.service)} from ${network ?? [...names, 'everywhere'].join('|')}`
  if (asked.service === undefined) return say(words`Which service shall I look at? Say ${command(example)}`)
  if (asked.everywhere) return await askForDiagnosis(desk, { by, place, ...asked.service })
  if (network === undefined)
    return say(words`From which network shall I look: ${names.join(', ')}, or everywhere? Say ${command(example)}`)
  const known = knownNetwork(desk, network)
  return typeof known === 'string' ? await askForDiagnosis(desk, { by, place, ...asked.service, network: known }) : known
}

async function startWatch(desk: Desk, { by, place }: Said, asked: Extract<Command, { kind: 'watch' }>): Promise<Card> {
  const { service, everyMs } = asked
  if (service === undefined) return await listWatches(desk)
  const names = desk.networks.map(({ name }) => name)
  const [sole] = names
  const network = asked.network ?? (names.length === 1 ? sole : undefined)
  const every = everyMs === undefined ? '5m' : durationText(everyMs).replace(' min', 'm').replaceAll(' ', '')
  const example = command(`watch ${spell(service)} from ${network ?? names.join('|')} every ${every}`)
  if (network === undefined) return say(words`From which network: ${names.join(', ')}? Say ${example}`)
  const known = knownNetwork(desk, network)
  if (typeof known !== 'string') return known
  if (everyMs === undefined) return say(words`How often? Say for example ${example}`)
  return (await tooManyFrom(desk, by)) ?? (await watch(desk, { by, place, service, network: known, everyMs }))
}

async function endWatch(desk: Desk, { service, network }: Extract<Command, { kind: 'unwatch' }>): Promise<Card> {
  if (service === undefined) return say(words`Which service? What I watch: ${command('watch')}`)
  if (network === undefined) return await unwatch(desk, service, undefined)
  const known = knownNetwork(desk, network)
  if (typeof known === 'string') return await unwatch(desk, service, known)
  // One that the configuration names no more may be watched still.
  const isWatched = (await desk.watches.all()).some((each) => sameName(each.network, network))
  return isWatched ? await unwatch(desk, service, network) : known
}

/** The network as the configuration spells it, or the answer that says which are known. */
function knownNetwork({ networks }: Desk, said: string): string | Card {
  const names = networks.map(({ name }) => name)
  return names.find((name) => sameName(name, said)) ?? unknownNetwork(shownName(said), nearest(said, names), names)
}

function noInventory({ networks }: Desk): Card {
  const network = networks.length === 1 && networks[0] !== undefined ? networks[0].name : 'NETWORK'
  return say(
    words`I have not read the list of services yet, so I cannot offer you a choice. Name the service: ${command(`setup SERVICE in ${network}`)} or try again in a minute.`,
  )
}
