/** What may come next in a command that somebody types. Pure. */

export interface Words {
  readonly services: readonly string[]
  readonly networks: readonly string[]
}

const commands: Readonly<Record<string, string>> = {
  setup: 'connect services and a network',
  allow: 'put the endpoint on allow lists',
  revoke: 'take it off allow lists',
  teardown: 'take away what the bot made',
  diagnose: 'find the cause of a fault',
  watch: 'diagnose at an interval',
  unwatch: 'end a watch',
  status: 'how all is connected',
  requests: 'list requests',
  request: 'show one request',
  cancel: 'end a request',
  help: 'all commands',
}

export interface Completion {
  readonly label: string
  readonly hint: string
  /** The whole line with it. */
  readonly line: string
}

export function completions(line: string, prefix: string, { services, networks }: Words): readonly Completion[] {
  if (line === '' || (!line.startsWith(`${prefix} `) && prefix.startsWith(line)))
    return line === '' ? [] : [{ label: prefix, hint: 'the bot', line: `${prefix} ` }]
  const words = line.split(' ')
  if (words[0] !== prefix) return []
  const [last = '', before = ''] = [words.at(-1), words.at(-2)]
  const start = line.slice(0, line.length - last.length)
  const offer = (all: readonly (readonly [string, string])[]): readonly Completion[] =>
    all
      .filter(([word]) => word.startsWith(last) && word !== last)
      .map(([word, hint]) => ({ label: word, hint, line: `${start}${word} ` }))
  if (words.length === 2) return offer(Object.entries(commands))
  const [, command = ''] = words
  if (['in', 'from'].includes(before)) return offer(networks.map((each) => [each, 'network'] as const))
  if (before === 'every')
    return offer([
      ['1m', 'interval'],
      ['5m', 'interval'],
    ])
  if (['requests', 'request', 'cancel'].includes(command))
    return offer(['mine', 'open', 'all'].map((each) => [each, 'which'] as const))
  if (command === 'help') return offer(Object.entries(commands))
  const joint = ['setup', 'teardown'].includes(command) ? 'in' : 'from'
  return offer([...services.map((each) => [each, 'service'] as const), [joint, 'a network']])
}
