import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'
import type { Group, Person, Place, Surface } from '../domain/person.ts'
import type { Policy } from '../domain/policy.ts'
import { type EndpointOptions, type Network, nearest, sameId } from '../domain/target.ts'
import { type ConfigFile, fileSchema } from './schema.ts'
import { dividedVnets } from './shared-vnets.ts'
import { warningsIn } from './warnings.ts'

/** Loaded when a file is read: the diagnostics process reads none, and has 1 to 2 MiB less without it. */
const loadYaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml')

/** What the configuration file says, with its cross-references resolved. */
export interface Estate {
  /** The id of this installation, in the tags of what it makes. Where absent, Redis keeps one that was made at the first start. */
  readonly installation?: string
  readonly organizations: ConfigFile['organizations']
  readonly networks: readonly Network[]
  readonly people: readonly Person[]
  readonly policies: readonly Policy[]
  /** How long each is kept, in milliseconds: requests after their end, messages after their last change. */
  readonly retention: ConfigFile['retention']
  /** What may be meant, and is to be said aloud at every start. */
  readonly warnings: readonly string[]
}

/** Which of them the bot serves, only the bot's environment says. */
const everyChat: readonly Surface[] = ['slack', 'teams']

/** Reads the file, or collects every problem in it, each with its path. Approval is asked for and given in the chats that are `served`. */
export function readEstate(path: string, problems: string[], served = everyChat): Estate | undefined {
  const parsed = parseFile(path, problems)
  if (parsed === undefined) return undefined
  const result = fileSchema.safeParse(parsed)
  if (!result.success) {
    problems.push(...result.error.issues.map(({ path: at, message }) => `${path}: ${pathText(at)}${message}`))
    return undefined
  }
  return resolve(result.data, served, (at, message) => problems.push(`${path}: ${at}: ${message}`))
}

function parseFile(path: string, problems: string[]): unknown {
  const { parse, YAMLParseError } = loadYaml()
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const why =
      error instanceof YAMLParseError
        ? `not valid YAML: ${error.message}`
        : 'cannot be read: does the file exist, and may this user read it?'
    problems.push(`${path}: ${why}`)
    return undefined
  }
}

/** `policies[0].approvers[1]: ` */
function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return ''
  return `${path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')}: `
}

function resolve(file: ConfigFile, served: readonly Surface[], problem: (at: string, message: string) => void): Estate {
  for (const list of ['organizations', 'networks', 'people', 'channels'] as const) {
    const names = file[list].map(({ name }) => name)
    names.forEach((name, index) => {
      const first = names.findIndex((other) => sameId(other, name))
      if (first === index) return
      const how = names[first] === name ? '' : `, as "${names[first]}"`
      problem(`${list}[${index}].name`, `"${name}" is used twice${how}`)
    })
  }
  file.organizations.forEach(({ id }, index) => {
    const first = file.organizations.findIndex((other) => sameId(other.id, id))
    if (first !== index) problem(`organizations[${index}].id`, `is that of ${file.organizations[first]?.name} already`)
  })
  for (const id of ['email', 'slack', 'teams'] as const) {
    const ids = file.people.map((person) => person[id]?.toLowerCase())
    ids.forEach((value, index) => {
      const first = ids.indexOf(value)
      if (value === undefined || first === index) return
      problem(`people[${index}].${id}`, `"${file.people[index]?.[id]}" is that of ${file.people[first]?.name} already`)
    })
  }
  const people = file.people.map(
    ({ name, email, slack, teams }): Person => ({
      key: `person:${name}`,
      name,
      ...(email !== undefined && { email }),
      accounts: { ...(slack !== undefined && { slack }), ...(teams !== undefined && { teams }) },
    }),
  )
  const policies = file.policies.map((policy, index): Policy => {
    const named = (list: 'approvers' | 'breakGlass' | 'requesters', names: readonly string[]): Person[] =>
      names.flatMap((name, position) => {
        if (list !== 'breakGlass' && groupOf(name) !== undefined) return []
        const person = people.find((candidate) => candidate.name === name)
        if (person === undefined) problem(`policies[${index}].${list}[${position}]`, unknownPerson(name, people))
        return person === undefined ? [] : [person]
      })
    const approvers = [...new Set(named('approvers', policy.approvers))]
    const groups = policy.approvers.flatMap((name) => groupOf(name) ?? [])
    const requesters = policy.requesters && {
      approvers: named('requesters', policy.requesters),
      groups: policy.requesters.flatMap((name) => groupOf(name) ?? []),
    }
    for (const list of ['approvers', 'requesters'] as const) {
      policy[list]?.forEach((name, position) => {
        if (/^teams-group:/.test(name) && !z.guid().safeParse(groupOf(name)?.id).success)
          problem(`policies[${index}].${list}[${position}]`, `"${name}" must name a group by its Entra object id (a UUID)`)
      })
    }
    // An empty list closes the door on purpose, and is warned of; too short a one is a mistake.
    const able = approvers.filter(({ email, accounts }) => email !== undefined || served.some((chat) => accounts[chat]))
    const grouped = groups.some(({ surface }) => served.includes(surface))
    if (policy.approvers.length > 0 && !grouped && able.length < policy.approvals) {
      const why = approvers.length + groups.length > able.length ? `: the others have no account in ${served.join(' or ')}` : ''
      problem(`policies[${index}].approvals`, `${policy.approvals} have to approve, but only ${able.length} can${why}`)
    }
    const breakGlass = named('breakGlass', policy.breakGlass)
    breakGlass.forEach((person) => {
      if (groups.length > 0 || approvers.some((approver) => approver !== person)) return
      problem(`policies[${index}].breakGlass`, `nobody but ${person.name} could review what ${person.name} runs: add an approver`)
    })
    policy.reminders.forEach((reminder, position) => {
      if (reminder >= policy.expiry)
        problem(`policies[${index}].reminders[${position}]`, 'comes only after the request has expired')
    })
    const channel = file.channels.find(({ name }) => name === policy.channel)
    const places = served.flatMap((surface): Place[] => {
      const id = channel?.[surface]
      return id === undefined ? [] : [{ surface, id, name: policy.channel }]
    })
    if (places.length === 0) {
      const guess = nearest(
        policy.channel,
        file.channels.map(({ name }) => name),
      )
      problem(
        `policies[${index}].channel`,
        channel === undefined
          ? `no channel is named "${policy.channel}"${hint(guess)}`
          : `channel "${policy.channel}" has no ${served.join(' or ')} id`,
      )
    }
    return {
      networks: policy.networks,
      actions: policy.actions,
      approvers,
      groups,
      approvals: policy.approvals,
      rejectionEnds: policy.rejectionEnds,
      expiryMs: policy.expiry,
      remindersMs: policy.reminders,
      reasonRequired: policy.reason === 'required',
      breakGlass,
      places,
      ...(requesters !== undefined && { requesters }),
    }
  })
  const networks = file.networks.map(
    (network): Network => ({
      ...network,
      ...(file.endpoints !== undefined && { endpoints: definedIn(file.endpoints) }),
      dns: network.dns ?? { subscription: network.subscription, resourceGroup: network.resourceGroup },
    }),
  )
  for (const [index, why] of dividedVnets(policies, networks)) problem(`networks[${index}]`, why)
  const { organizations, retention } = file
  policies.forEach(({ expiryMs }, index) => {
    if (expiryMs > retention.messages)
      problem('retention.messages', `is shorter than policies[${index}].expiry: buttons of waiting requests would be forgotten`)
  })
  return {
    ...(file.installation !== undefined && { installation: file.installation }),
    organizations,
    networks,
    people,
    policies,
    retention,
    warnings: warningsIn(policies, networks),
  }
}

function definedIn({ name, networkInterface, listAs }: NonNullable<ConfigFile['endpoints']>): EndpointOptions {
  return {
    ...(name !== undefined && { name }),
    ...(networkInterface !== undefined && { networkInterface }),
    ...(listAs !== undefined && { listAs }),
  }
}

/** `slack-group:S012ABC`, `teams-group:<id>` */
function groupOf(name: string): Group | undefined {
  const [, surface, id] = /^(slack|teams)-group:(\S+)$/.exec(name) ?? []
  return (surface === 'slack' || surface === 'teams') && id !== undefined ? { surface, id } : undefined
}

function unknownPerson(name: string, people: readonly Person[]): string {
  return `"${name}" is not listed under people${hint(
    nearest(
      name,
      people.map((person) => person.name),
    ),
  )}`
}

function hint(guess: string | undefined): string {
  return guess === undefined ? '' : `; did you mean "${guess}"?`
}
