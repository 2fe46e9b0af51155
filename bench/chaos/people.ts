import { setTimeout as sleep } from 'node:timers/promises'
import type { SlackMessage } from '../../sandbox/slack/store.ts'
import type { TeamsMessage } from '../../sandbox/teams/store.ts'
import { approvalPlacesOf } from './estate.ts'
import type { House } from './house.ts'
import { type Chat, type Click, endStates, type StoredRequest } from './observed.ts'
import type { PlannedAsk } from './plan.ts'
import { randomOf } from './random.ts'

/** People who ask and decide. Where nothing came of it they do it again, at another bot, until it stands in the ledger. */
export interface People {
  readonly clicks: readonly Click[]
  /** Resolves when the request has ended, or `isOver` says so. */
  follow(ask: PlannedAsk, isOver: () => boolean): Promise<void>
}

interface Place {
  readonly chat: Chat
  readonly place: string
}

function placesOf(network: number): readonly [Place, Place?] {
  const { slack = '', teams = '' } = approvalPlacesOf(network)
  const [inSlack, inTeams] = [
    { chat: 'slack' as const, place: slack },
    { chat: 'teams' as const, place: teams },
  ]
  if (slack === '') return [inTeams]
  return teams === '' ? [inSlack] : [inSlack, inTeams]
}

/** How long people wait to see something before they try again; each time longer, up to `longestPatienceMs`. */
const patienceMs = 6_000
const longestPatienceMs = 60_000
const lookEveryMs = 150
/** After how long an end is not lost any more: the ledger is read whole every 10 s. */
const lostAfterMs = 12_000

const preposition = { setup: 'in', teardown: 'in', allow: 'from', revoke: 'from' } as const

/** `find`: the request with this reason, as it stands in the ledger now. */
export function openPeople(house: House, seed: number, find: (tag: string) => StoredRequest | undefined): People {
  const { slack, teams, botUrls } = house
  const clicks: Click[] = []
  const slackAt = botUrls.map((url) => slack.driver(`${url}/slack/events`))
  const teamsAt = botUrls.map((url) => teams.driver(url))

  const say = async (chat: Chat, place: string, bot: number, who: string, words: string): Promise<void> => {
    if (chat === 'slack') await slackAt[bot]?.command(who, words, { channel: place })
    else await teamsAt[bot]?.command(who, place, words)
  }
  const slackCard = (id: string): SlackMessage | undefined =>
    slack.messages.findLast(
      (message) =>
        message.channel === slack.directory.workspace.channels.approvals &&
        !message.deleted &&
        JSON.stringify(message.blocks).includes('"approve"') &&
        JSON.stringify(message.blocks).includes(`\\"${id}\\"`),
    )
  const teamsCard = (id: string, place: string): TeamsMessage | undefined =>
    teams.store.messages.findLast(
      (message) =>
        message.by === teams.directory.botId &&
        !message.deleted &&
        teams.directory.conversation(message.conversation) === teams.directory.conversation(place) &&
        JSON.stringify(message.activity).includes(`"${id}"`) &&
        JSON.stringify(message.activity).includes('"Approve"'),
    )
  /** Whether there was a button to press. */
  const press = async (
    { chat, place }: Place,
    bot: number,
    who: string,
    id: string,
    label: 'Approve' | 'Reject',
  ): Promise<boolean> => {
    const note = () => clicks.push({ request: id, kind: label === 'Approve' ? 'approve' : 'reject', at: Date.now() })
    if (chat === 'slack') {
      const card = slackCard(id)
      if (card === undefined) return false
      note()
      await slackAt[bot]?.click(who, card, label)
      return true
    }
    const card = teamsCard(id, place)
    if (card === undefined) return false
    note()
    await teamsAt[bot]?.click(who, card, label)
    return true
  }

  const follow: People['follow'] = async ({ tag, action, service, network, chat, place, asker, fate }, isOver) => {
    const random = randomOf(seed, tag)
    const bot = (): number => random.between(0, 1)
    const seen = async (isIt: (request: StoredRequest | undefined) => boolean, withinMs = patienceMs): Promise<boolean> => {
      for (const until = performance.now() + withinMs; performance.now() < until && !isOver(); await sleep(lookEveryMs))
        if (isIt(find(tag))) return true
      return false
    }
    const attempt = async (what: () => Promise<unknown>): Promise<void> => {
      // A card may be updated between the look at it and the click, and a bot may be down.
      await what().catch(() => undefined)
    }
    const words = `${action} ${service} ${preposition[action]} ${network} because "${tag}"`
    const ask = async (): Promise<void> => {
      for (let waitMs = patienceMs; !isOver(); waitMs = Math.min(2 * waitMs, longestPatienceMs)) {
        await attempt(() => say(chat, place, bot(), asker, words))
        if (await seen((request) => request !== undefined, waitMs)) return
      }
    }
    await ask()

    const at = Number(network.split('-')[1])
    const [first, other = first] = placesOf(at)
    const isDecided = (request: StoredRequest | undefined) =>
      request !== undefined && request.state !== 'planning' && request.state !== 'awaiting-approval'
    const awaits = (request: StoredRequest | undefined) => request?.state === 'awaiting-approval' || isDecided(request)
    // Redis may lose a request or a decision of which the next master had not heard yet. The bot says so, and people do it again.
    while (!(await seen(awaits)) && !isOver()) if (find(tag) === undefined) await ask()
    const decide = async (id: string): Promise<void> => {
      if (fate === 'cancel') {
        clicks.push({ request: id, kind: 'cancel', at: Date.now() })
        await attempt(() => say(chat, place, bot(), asker, `cancel ${id}`))
      } else if (fate === 'approve-twice') {
        await Promise.all([
          attempt(() => press(first, 0, 'bob', id, 'Approve')),
          attempt(() => press(other, 1, 'carol', id, 'Approve')),
          attempt(() => press(first, 1, 'bob', id, 'Approve')),
        ])
      } else {
        const label = fate === 'reject' ? 'Reject' : 'Approve'
        const decider = random.one(['bob', 'carol'])
        await attempt(() => press(random.one([first, other]), bot(), decider, id, label))
      }
      await seen(isDecided, 1_500)
    }
    while (fate !== 'leave' && !isOver()) {
      const request = find(tag)
      if (request === undefined || isDecided(request)) break
      await decide(request.id)
    }
    if (fate === 'cancel-late') {
      await sleep(random.between(0, 2_000))
      for (let tries = 0; tries < 3 && !isOver(); tries++) {
        const request = find(tag)
        if (request === undefined || endStates.includes(request.state)) break
        clicks.push({ request: request.id, kind: 'cancel', at: Date.now() })
        await attempt(() => say(chat, place, bot(), asker, `cancel ${request.id}`))
        await seen((now) => now !== undefined && endStates.includes(now.state))
      }
    }
    // A plan that changed is decided again, and what has ended may turn out to be lost.
    const hasEnded = (request: StoredRequest | undefined) => request !== undefined && endStates.includes(request.state)
    while (!isOver()) {
      await sleep(lookEveryMs)
      const request = find(tag)
      if (request === undefined) await ask()
      else if (request.state === 'awaiting-approval' && fate !== 'leave') await decide(request.id)
      else if (hasEnded(request) && !(await seen((now) => !hasEnded(now), lostAfterMs))) return
    }
  }
  return { clicks, follow }
}
