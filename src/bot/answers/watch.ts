import { toProblem } from '../../domain/errors.ts'
import type { Person, Place } from '../../domain/person.ts'
import { sameWatch, type Watch } from '../../domain/watch.ts'
import { statusWords } from '../cards/diagnosis/path-text.ts'
import { durationText } from '../cards/duration.ts'
import { pictureButton } from '../cards/picture-button.ts'
import { shownName } from '../cards/subject.ts'
import { watchPicture } from '../cards/watch-picture.ts'
import { type Card, command, say, strong, type Text, time, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { type ServiceName, spell } from '../command/parse.ts'
import { type Desk, tooManyFrom } from './desk.ts'
import { noteDown } from './note-down.ts'
import { isTheirs, whoMay } from './own-watch.ts'

/** How many watches there may be: each one calls Azure, and runs checks inside the network, at every interval. */
const mostWatches = 50
const shortestMs = 60_000
const longestMs = 24 * 3_600_000

interface Asked {
  readonly by: Person
  readonly place: Place
  readonly service: ServiceName
  readonly network: string
  readonly everyMs: number
}

/** Starts a watch, or changes its interval. The first diagnosis tells whether the service exists. */
export async function watch(desk: Desk, { by, place, service, network, everyMs }: Asked): Promise<Card> {
  if (everyMs < shortestMs || everyMs > longestMs)
    return say(`The interval of a watch is between ${durationText(shortestMs)} and ${durationText(longestMs)}.`)
  const all = await desk.watches.all()
  const known = all.find((each) => sameWatch(each, { ...service, network }))
  const isOwn = known === undefined || (await isTheirs(desk, by, known))
  if (known !== undefined && isOwn !== true) return say(notTheirs(desk, known, isOwn, 'change it'))
  const now: Watch = {
    id: known?.id ?? (await desk.watches.nextId()),
    ...service,
    network,
    everyMs,
    by,
    place,
    since: desk.now(),
  }
  if (!(await desk.watches.save(now, mostWatches)))
    return say(words`There are ${String(mostWatches)} watches already, which is the most. To see them: ${command('watch')}`)
  await noteDown(desk, { event: 'watch', by, record: now.id, what: `${subjectOf(now)} every ${durationText(everyMs)}` })
  await desk.producer.schedule(now.id, everyMs)
  const said = known === undefined ? 'I watch' : 'From now on I watch'
  return {
    ...say(
      words`${said} ${strong(subjectOf(now))} every ${durationText(everyMs)}, and post here when the verdict changes (${now.id}).`,
      words`To end it: ${command(`unwatch ${spell(service)} from ${shownName(network)}`)}`,
    ),
    buttons: [pictureButton(now.id)],
  }
}

/** Ends the watches of a service, from one network or from all: those that are theirs to end. The others are named, with who can end them. */
export async function unwatch(desk: Desk, by: Person, service: ServiceName, network: string | undefined): Promise<Card> {
  const all = await desk.watches.all()
  const named = all.filter((each) => sameWatch(each, { ...service, network: network ?? each.network }))
  if (named.length === 0) return say(words`I do not watch ${shownName(spell(service))}. What I watch: ${command('watch')}`)
  const ended: Watch[] = []
  const answers: Text[] = []
  for (const each of named) {
    const isOwn = await isTheirs(desk, by, each)
    if (isOwn === true) {
      await end(desk, by, each)
      ended.push(each)
    } else answers.push(notTheirs(desk, each, isOwn, 'end it'))
  }
  if (ended.length > 0) answers.unshift(words`I no longer watch ${strong(ended.map(subjectOf).join(', '))}.`)
  const [first = '', ...more] = answers
  return say(first, ...more)
}

async function end(desk: Desk, by: Person, watch: Watch): Promise<void> {
  await noteDown(desk, { event: 'unwatch', by, record: watch.id, what: subjectOf(watch) })
  // In this order: the jobs process removes a schedule whose watch does not exist.
  await desk.watches.remove(watch.id)
  await desk.producer.unschedule(watch.id)
}

/** Counts the refusal, and says who may. `isOwn` is undefined where the chat did not tell. */
function notTheirs(desk: Desk, watch: Watch, isOwn: false | undefined, doing: 'end it' | 'change it'): Text {
  desk.declined(isOwn === undefined ? 'membership-unknown' : 'not-your-watch')
  const unsure = isOwn === undefined ? ' I could not check a group just now: try again in a moment.' : ''
  return words`${strong(subjectOf(watch))} is still watched every ${durationText(watch.everyMs)} (${watch.id}). ${whoMay(desk, watch)} ${doing}.${unsure}`
}

/** All watches with their last verdicts. */
export async function listWatches({ watches }: Desk): Promise<Card> {
  const all = await watches.all()
  const example = command('watch SERVICE from NETWORK every 5m')
  if (all.length === 0) return say(words`I watch nothing. To begin: ${example}`)
  const lines = await Promise.all(
    all.map(async (each): Promise<Text> => {
      const { told, flappingSince } = await watches.stateOf(each.id)
      const seen = told === undefined ? 'not diagnosed yet' : statusWords(told)
      const since = told === undefined ? [] : words` since ${time(told.at)}`
      const flaps = flappingSince === undefined ? '' : ', changing too often to post each change'
      return words`${each.id}  ${strong(subjectOf(each))}  ${seen}${since}${flaps}, every ${durationText(each.everyMs)}`
    }),
  )
  return {
    summary: `Watched: ${all.length}`,
    parts: [
      { kind: 'title', text: 'Watched' },
      { kind: 'lines', lines },
      { kind: 'note', text: words`To begin or change: ${example}` },
    ],
    buttons: all.slice(0, mostButtons).map(({ id }) => ({ ...pictureButton(id), label: `Last 24 hours of ${id}` })),
  }
}

/** Slack takes 25 buttons in a block: https://docs.slack.dev/reference/block-kit/blocks/actions-block */
const mostButtons = 25

function subjectOf({ service, organization, network }: Watch): string {
  return `${shownName(spell({ service, ...(organization !== undefined && { organization }) }))} from ${shownName(network)}`
}

/** Sends the last 24 hours as a picture to the person who clicked. Returns its text where it cannot be sent. */
export async function sendPicture(desk: Desk, { by, id }: Click): Promise<Card> {
  const watch = await desk.watches.get(id)
  if (watch === undefined) return say(words`${shownName(id)} is not watched any more. What I watch: ${command('watch')}`)
  const tooMuch = await tooManyFrom(desk, by)
  if (tooMuch !== undefined) return tooMuch
  const { png, alt } = await watchPicture(watch, await desk.watches.samples(id), Date.parse(desk.now()))
  try {
    await desk.attach(by, { name: `${id.toLowerCase()}.png`, content: png, comment: alt, alt })
    return say('I sent you the picture in a direct message.', alt)
  } catch (error) {
    desk.log.warn({ err: error, watch: id }, 'a picture could not be sent')
    const { message, remedy } = toProblem(error)
    return say(alt, `I could not send the picture: ${message} ${remedy}`)
  }
}
