import ms from 'ms'
import { asciiForm, hostOf, isAddress } from '../../domain/pasted.ts'
import type { Action } from '../../domain/request.ts'
import { type CommandName, commandNamed, nearestCommand } from './command-list.ts'
import { type Token, tokensOf, unquote, unwrapped } from './tokens.ts'

/** A service as a person names it: by name or id, with the organization where that is needed: `acme/twin`. */
export interface ServiceName {
  readonly organization?: string
  readonly service: string
}

export type Command =
  | { readonly kind: Action; readonly services: readonly ServiceName[]; readonly network?: string; readonly reason?: string }
  | { readonly kind: 'diagnose'; readonly service?: ServiceName; readonly network?: string; readonly everywhere?: true }
  | { readonly kind: 'status'; readonly service?: ServiceName }
  | { readonly kind: 'requests'; readonly which: 'mine' | 'open' | 'all' }
  | { readonly kind: 'request' | 'cancel'; readonly id: string }
  | { readonly kind: 'help'; readonly about?: CommandName }
  | {
      readonly kind: 'watch'
      readonly service?: ServiceName
      readonly network?: string
      readonly everyMs?: number
    }
  | { readonly kind: 'unwatch'; readonly service?: ServiceName; readonly network?: string }
  /** `suggestion` is a whole command, without `/privatelink`. */
  | { readonly kind: 'misunderstood'; readonly problem: string; readonly suggestion: string }

/** Reads what follows `/privatelink`. Does not check whether services and networks exist. */
export function parseCommand(said: string): Command {
  const text = unwrapped(said)
  const tokens = tokensOf(text)
  const [first, ...rest] = isOwnName(tokens[0]) ? tokens.slice(1) : tokens
  if (first === undefined) return { kind: 'help' }
  const name = commandNamed(first.text.replace(/[:.!]+$/, ''))?.name
  switch (name) {
    case 'setup':
    case 'allow':
    case 'revoke':
    case 'teardown':
      return parseChange(name, text, rest)
    case 'diagnose':
      return parseDiagnose(rest)
    case 'watch':
      return parseWatch(rest)
    case 'unwatch':
      return parseUnwatch(rest)
    case 'status':
      return parseStatus(rest)
    case 'requests':
      return parseRequests(rest)
    case 'request':
    case 'cancel':
      return parseId(name, rest)
    case 'help':
      return parseHelp(rest)
    default:
      return parseUnknown(text, first)
  }
}

/** What is pasted from a message of ours begins with the name of the slash command. */
function isOwnName(token: Token | undefined): boolean {
  return token !== undefined && !token.quoted && token.text.toLowerCase() === '/privatelink'
}

/** The command of a remedy, if it is one that changes something. */
export function changeCommand(text: string | undefined): Extract<Command, { kind: Action }> | undefined {
  const parsed = text === undefined ? undefined : parseCommand(text)
  switch (parsed?.kind) {
    case 'setup':
    case 'allow':
    case 'revoke':
    case 'teardown':
      return parsed
    default:
      return undefined
  }
}

/** The preposition before the network in what we write; `in` and `from` are both understood. */
export const prepositions: Readonly<Record<Action, string>> = { setup: 'in', allow: 'from', revoke: 'from', teardown: 'in' }

function parseChange(kind: Action, text: string, tokens: readonly Token[]): Command {
  const because = tokens.findIndex((token) => isWord(token, 'because'))
  const reasonFrom = tokens[because]?.end
  const reason = reasonFrom === undefined ? '' : unquote(text.slice(reasonFrom))
  const { before, network, extra } = split(because < 0 ? tokens : tokens.slice(0, because))
  const services = before.filter((token) => !isWord(token, 'and')).map(serviceName)
  if (extra.length > 0) {
    const said = services.map(spell).join(' ')
    const why = [extra.map(({ text: word }) => word).join(' '), reason].filter((part) => part !== '').join(' because ')
    return {
      kind: 'misunderstood',
      problem: `After "${prepositions[kind]} ${network}" I expected "because" and a reason.`,
      suggestion: `${kind} ${said === '' ? '' : `${said} `}${prepositions[kind]} ${network} because "${why}"`,
    }
  }
  return { kind, services, ...(network !== undefined && { network }), ...(reason !== '' && { reason }) }
}

/** `everywhere` is understood with and without `from`. */
function parseDiagnose(tokens: readonly Token[]): Command {
  const everywhere = tokens.some((token) => isWord(token, 'everywhere'))
  const rest = tokens.filter((token) => !isWord(token, 'everywhere'))
  const { before, network, extra } = split(rest)
  const [service, ...more] = before.map(serviceName)
  if (more.length > 0 || extra.length > 0 || (everywhere && network !== undefined)) {
    const from = everywhere ? 'everywhere' : (network ?? 'NETWORK')
    return {
      kind: 'misunderstood',
      problem: 'I diagnose one service at a time, from one network or from everywhere.',
      suggestion: `diagnose ${service === undefined ? 'SERVICE' : spell(service)} from ${from}`,
    }
  }
  return {
    kind: 'diagnose',
    ...(service !== undefined && { service }),
    ...(network !== undefined && { network }),
    ...(everywhere && { everywhere }),
  }
}

function parseWatch(tokens: readonly Token[]): Command {
  const at = tokens.findIndex((token) => isWord(token, 'every'))
  const { before, network, extra } = split(at < 0 ? tokens : tokens.slice(0, at))
  const [service, ...more] = before.map(serviceName)
  const said =
    at < 0
      ? undefined
      : tokens
          .slice(at + 1)
          .map(({ text }) => text)
          .join(' ')
  const parsed = said === undefined ? undefined : ms(said as ms.StringValue)
  const everyMs = parsed !== undefined && Number.isFinite(parsed) && /\d\s*[a-z]/i.test(said ?? '') ? parsed : undefined
  if (more.length > 0 || extra.length > 0 || (said !== undefined && everyMs === undefined)) {
    return {
      kind: 'misunderstood',
      problem: 'I watch one service from one network, every so many minutes or hours.',
      suggestion: `watch ${service === undefined ? 'SERVICE' : spell(service)} from ${network ?? 'NETWORK'} every 5m`,
    }
  }
  return {
    kind: 'watch',
    ...(service !== undefined && { service }),
    ...(network !== undefined && { network }),
    ...(everyMs !== undefined && { everyMs }),
  }
}

function parseUnwatch(tokens: readonly Token[]): Command {
  const { before, network, extra } = split(tokens)
  const [service, ...more] = before.map(serviceName)
  if (more.length > 0 || extra.length > 0) {
    return {
      kind: 'misunderstood',
      problem: 'I stop watching one service at a time.',
      suggestion: `unwatch ${service === undefined ? 'SERVICE' : spell(service)}`,
    }
  }
  return { kind: 'unwatch', ...(service !== undefined && { service }), ...(network !== undefined && { network }) }
}

function parseStatus(tokens: readonly Token[]): Command {
  const [service, ...more] = tokens.map(serviceName)
  if (more.length === 0) return { kind: 'status', ...(service !== undefined && { service }) }
  return {
    kind: 'misunderstood',
    problem: 'I show one service, or all.',
    suggestion: `status ${spell(service ?? { service: '' })}`,
  }
}

function parseRequests([which, ...more]: readonly Token[]): Command {
  const word = which?.text.toLowerCase() ?? 'mine'
  if (more.length === 0 && (word === 'mine' || word === 'open' || word === 'all')) return { kind: 'requests', which: word }
  return { kind: 'misunderstood', problem: `I can list the requests that are mine, open or all.`, suggestion: 'requests mine' }
}

/** `PL-42`, also as `pl-42`, `42`, `#42`, `PL 42`, `(PL-42).`, `request PL-42`, or as the end of a link. */
function parseId(kind: 'request' | 'cancel', words: readonly Token[]): Command {
  const said = asciiForm(words.map(({ text }) => text).join(' '))
  const [, number] =
    /^(?:https?:\/\/\S+\/)?[^a-z0-9]*(?:(?:request|no)[^a-z0-9]*)?(?:pl[-_ ]?)?#?0*(\d{1,9})[^a-z0-9]*$/i.exec(said) ?? []
  if (number !== undefined) return { kind, id: `PL-${number}` }
  return { kind: 'misunderstood', problem: 'A request is named by its number, such as PL-42.', suggestion: `${kind} PL-42` }
}

function parseHelp([about]: readonly Token[]): Command {
  if (about === undefined) return { kind: 'help' }
  const known = commandNamed(about.text)
  if (known !== undefined) return { kind: 'help', about: known.name }
  const guess = nearestCommand(about.text)
  return {
    kind: 'misunderstood',
    problem: `I do not know the command "${about.text}".`,
    suggestion: guess === undefined ? 'help' : `help ${guess}`,
  }
}

function parseUnknown(text: string, first: Token): Command {
  const guess = nearestCommand(first.text)
  return {
    kind: 'misunderstood',
    problem: `I do not know the command "${first.text}".`,
    suggestion: guess === undefined ? 'help' : `${guess}${text.slice(first.end).trimEnd()}`,
  }
}

/** Splits at the first `in` or `from`: the words before it, the word after it, and the rest. */
function split(tokens: readonly Token[]): { before: readonly Token[]; network: string | undefined; extra: readonly Token[] } {
  const at = tokens.findIndex((token) => isWord(token, 'in') || isWord(token, 'from'))
  if (at < 0) return { before: tokens, network: undefined, extra: [] }
  return { before: tokens.slice(0, at), network: networkIn(tokens[at + 1]), extra: tokens.slice(at + 2) }
}

/** The name of a network holds letters, digits, `.`, `_` and `-`, so that what stands around it is none of it. */
function networkIn(token: Token | undefined): string | undefined {
  if (token === undefined || token.quoted) return token?.text
  const inside = asciiForm(token.text).replace(/^[^\w]+|[^\w]+$/g, '')
  return inside === '' ? token.text : inside
}

function isWord(token: Token, word: string): boolean {
  return !token.quoted && token.text.toLowerCase() === word
}

function serviceName({ text: said }: Token): ServiceName {
  const text = hostOf(said)
  if (isAddress(text)) return { service: text }
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) return { service: text }
  return { organization: text.slice(0, slash), service: text.slice(slash + 1) }
}

/** The name as a person types it. */
export function spell({ organization, service }: ServiceName): string {
  const name = /[\s,"'“”„«»‘’]/.test(service) ? `"${service}"` : service
  return organization === undefined ? name : `${organization}/${name}`
}
