import { networks } from '../estate.ts'
import { processNames } from '../processes.ts'
import type { SlackSandbox } from '../slack/start.ts'
import type { TeamsSandbox } from '../teams/start.ts'
import type { World } from '../world.ts'
import type { Dialog, Parts, Person, Place, Process, Toast, View } from './client/shapes.ts'
import type { Stage } from './stage.ts'

/** What the page shows of a sandbox beside messages, and beside what is written down in Redis. */

const [mostCalls, mostToasts] = [80, 20]

type LiveParts = Omit<Parts, 'picture' | 'requests' | 'audit' | 'isRedisThere'>

const roles: Readonly<Record<string, string>> = {
  alice: 'asks',
  bob: 'approver',
  carol: 'approver',
  mallory: 'outsider',
  grace: 'guest',
}

export function liveParts({ house, faults }: Stage): LiveParts {
  const { slack, teams, world } = house.sandbox
  return {
    people: peopleOf(slack, teams),
    places: placesOf(slack, teams),
    names: Object.fromEntries([
      ...slack.directory.users.map(({ id, name }) => [id, name]),
      ...slack.directory.channels.map(({ id, name }) => [id, name]),
      [slack.directory.workspace.botUserId, 'privatelink'],
    ]),
    views: slack.views.filter(({ open }) => open).map((view) => viewOf(slack, view)),
    homes: slack.homes.map((view) => viewOf(slack, view)),
    dialogs: dialogsOf(teams),
    toasts: toastsOf(slack, teams),
    calls: callsOf(world),
    processes: processNames.map((name): Process => {
      const pid = house.processes.get(name)?.pid
      return { name, ...(pid !== undefined && { pid }) }
    }),
    faults: faults.view(),
    words: { services: world.services.map(({ name }) => name), networks: Object.values(networks).map(({ name }) => name) },
  }
}

function peopleOf(slack: SlackSandbox, teams: TeamsSandbox | undefined): Person[] {
  const names = new Set([...slack.directory.users, ...(teams?.directory.users ?? [])].map(({ name }) => name))
  return [...names].map((name) => ({
    name,
    role: roles[name] ?? 'colleague',
    chats: [
      ...(slack.directory.user(name) === undefined ? [] : (['slack'] as const)),
      ...(teams?.directory.user(name) === undefined ? [] : (['teams'] as const)),
    ],
    isActive: slack.directory.workspace.deactivated?.has(name) !== true && teams?.directory.tenant.disabled?.has(name) !== true,
  }))
}

function placesOf(slack: SlackSandbox, teams: TeamsSandbox | undefined): Place[] {
  const inSlack = slack.directory.channels.map(({ id, name, person }) => ({
    id,
    chat: 'slack' as const,
    name,
    ...(person !== undefined && { person: slack.directory.nameOf(person) }),
  }))
  if (teams === undefined) return inSlack
  const { directory } = teams
  const channels = Object.entries(directory.tenant.channels).map(([name, id]) => ({ id, chat: 'teams' as const, name }))
  const group = directory.tenant.groupChat === undefined ? [] : [{ id: directory.tenant.groupChat, name: 'group chat' }]
  return [
    ...inSlack,
    ...channels,
    ...group.map((each) => ({ ...each, chat: 'teams' as const })),
    ...directory.users.map((user) => ({
      id: directory.personalWith(user),
      chat: 'teams' as const,
      name: 'privatelink',
      person: user.name,
    })),
  ]
}

function viewOf({ directory }: SlackSandbox, view: SlackSandbox['views'][number]): View {
  const { id, user, content, errors, hash } = view
  return { id, person: directory.nameOf(user), content, errors, hash }
}

function dialogsOf(teams: TeamsSandbox | undefined): Dialog[] {
  return (teams?.store.dialogs ?? []).flatMap(({ user, title, card, open }, index) =>
    open && teams !== undefined ? [{ id: String(index), person: teams.directory.nameOf(user), title, card }] : [],
  )
}

function toastsOf(slack: SlackSandbox, teams: TeamsSandbox | undefined): Toast[] {
  const failed = (what: string, error: string) => `“${what}” did not work: ${error}`
  const inSlack = slack.failures.map(({ user, what, error }, index) => ({
    id: `slack-${index}`,
    chat: 'slack' as const,
    person: slack.directory.nameOf(user),
    text: failed(what, error),
    isFailure: true,
  }))
  if (teams === undefined) return inSlack.slice(-mostToasts)
  const notices = teams.store.notices.map(({ user, text }, index) => ({
    id: `notice-${index}`,
    chat: 'teams' as const,
    person: teams.directory.nameOf(user),
    text,
    isFailure: false,
  }))
  const failures = teams.store.failures.map(({ user, what, error }, index) => ({
    id: `teams-${index}`,
    chat: 'teams' as const,
    person: teams.directory.nameOf(user),
    text: failed(what, error),
    isFailure: true,
  }))
  return [...inSlack.slice(-mostToasts), ...notices.slice(-mostToasts), ...failures.slice(-mostToasts)]
}

function callsOf({ calls }: World): Parts['calls'] {
  const from = Math.max(0, calls.length - mostCalls)
  return calls.slice(from).map(({ vendor, method, path, status, startedAt, endedAt }, index) => ({
    id: from + index,
    vendor,
    method,
    path: path.slice(0, 300),
    ...(status !== undefined && { status }),
    ...(endedAt !== undefined && { ms: Math.round(endedAt - startedAt) }),
  }))
}
