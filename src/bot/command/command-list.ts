import { nearest } from '../../domain/target.ts'

/** What `/privatelink` understands, in the order in which help shows it. */
export const commandList = [
  {
    name: 'setup',
    usage: 'setup [SERVICE…] [in NETWORK] [because REASON]',
    example: 'setup analytics-prod in prod-westus3 because "BI moves into the VNet"',
    does: 'Plans a Private Link from a network to services, asks for approval, carries it out and verifies it.',
  },
  {
    name: 'allow',
    usage: 'allow SERVICE… [from NETWORK] [because REASON]',
    example: 'allow billing-prod from prod-westus3',
    does: 'Puts the endpoint that the network has already on the allow lists of these services. It changes nothing in Azure.',
  },
  {
    name: 'revoke',
    usage: 'revoke SERVICE… [from NETWORK] [because REASON]',
    example: 'revoke billing-prod from prod-westus3',
    does: "Takes the network's endpoint off the allow lists of these services. Endpoint and DNS stay.",
  },
  {
    name: 'teardown',
    usage: 'teardown [SERVICE…] in NETWORK [because REASON]',
    example: 'teardown analytics-prod in prod-westus3',
    does: 'Takes away what connects these services: allow lists first, and record, link, zone and endpoint where I made them and nobody else uses them. Without a service: all that the network reaches.',
  },
  {
    name: 'diagnose',
    usage: 'diagnose SERVICE [from NETWORK|everywhere]',
    example: 'diagnose analytics-prod from prod-westus3',
    does: 'Checks from inside a network, or from all of them, whether a service can be reached, and names the cause if not. It changes nothing.',
  },
  {
    name: 'watch',
    usage: 'watch SERVICE [from NETWORK] every 5m',
    example: 'watch analytics-prod from prod-westus3 every 5m',
    does: 'Diagnoses a service at an interval, and posts when the verdict changes. Alone it lists the watches, each with a picture of its last 24 hours.',
  },
  {
    name: 'unwatch',
    usage: 'unwatch SERVICE [from NETWORK]',
    example: 'unwatch analytics-prod from prod-westus3',
    does: 'Ends the watch of a service, from one network or from all.',
  },
  {
    name: 'status',
    usage: 'status [SERVICE]',
    example: 'status analytics-prod',
    does: 'Shows how services and networks are connected: endpoint, record, allow list and last verdict, as last read in the background.',
  },
  {
    name: 'requests',
    usage: 'requests [mine|open|all]',
    example: 'requests open',
    does: 'Lists the newest requests: yours, those that are not finished, or all.',
  },
  {
    name: 'request',
    usage: 'request ID',
    example: 'request PL-42',
    does: 'Shows one request with its history.',
  },
  {
    name: 'cancel',
    usage: 'cancel ID',
    example: 'cancel PL-42',
    does: 'Ends a request; one that runs stops before its next step. The person who asked for it and its approvers can do this.',
  },
  {
    name: 'help',
    usage: 'help [COMMAND]',
    example: 'help setup',
    does: 'Shows this list, or one command.',
  },
] as const

export type CommandName = (typeof commandList)[number]['name']

export function commandNamed(word: string): (typeof commandList)[number] | undefined {
  return commandList.find(({ name }) => name === word.toLowerCase())
}

/** The command with its optional parts, e.g. `setup SERVICE in NETWORK because REASON`. */
export function wholeCommand(name: CommandName): string {
  return commandList.find((each) => each.name === name)?.usage.replaceAll(/[[\]…]/g, '') ?? name
}

/** Other words for our commands. */
const synonyms: Readonly<Record<string, CommandName>> = {
  connect: 'setup',
  create: 'setup',
  'set-up': 'setup',
  add: 'setup',
  check: 'diagnose',
  test: 'diagnose',
  verify: 'diagnose',
  debug: 'diagnose',
  monitor: 'watch',
  stop: 'unwatch',
}

/** The command that a misspelt word was probably meant to be. */
export function nearestCommand(word: string): CommandName | undefined {
  const names = commandList.map(({ name }) => name)
  const found = synonyms[word.toLowerCase()] ?? nearest(word, names)
  return names.find((name) => name === found)
}

/** What a command can be called where commands are counted. */
export const commandNames: readonly string[] = [...commandList.map(({ name }) => name), 'misunderstood']
