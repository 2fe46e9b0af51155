import type { ProcessName, RunningProcess } from '../../sandbox/processes.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import type { SlackDriver } from '../../sandbox/slack/driver/driver.ts'
import type { Ephemeral, SlackMessage } from '../../sandbox/slack/store.ts'
import { quick } from './house.ts'

/** All three processes in a sandbox, and people who talk to the bot. */
export interface Chat {
  readonly sandbox: Sandbox
  readonly people: SlackDriver
  readonly processes: readonly RunningProcess[]
  /** Says it in #data, and waits for a message there that shows all these words. */
  ask(text: string, ...words: readonly string[]): Promise<string>
  /** The newest message in the channel that shows all these words. */
  card(channel: string, ...words: readonly string[]): Promise<SlackMessage>
  /** What only this person sees. */
  whisper(person: string, ...words: readonly string[]): Promise<Ephemeral>
  text(shown: SlackMessage | Ephemeral): string
  close(): Promise<void>
}

interface ChatOptions extends SandboxOptions {
  readonly without?: readonly ProcessName[]
  readonly environment?: Partial<Record<ProcessName, Readonly<Record<string, string>>>>
}

export async function openChat({ without = [], environment = {}, ...options }: ChatOptions = {}): Promise<Chat> {
  const sandbox = await startSandbox({ latencies: quick, ...options })
  const names = (['bot', 'jobs', 'diagnostics'] as const).filter((name) => !without.includes(name))
  const processes = await Promise.all(names.map((name) => sandbox.start(name, environment[name])))
  const { slack } = sandbox
  const people = slack.driver(`${sandbox.botUrl}/slack/events`)
  const text = (shown: SlackMessage | Ephemeral): string => slack.render(shown, 10_000)
  const channelId = (name: string): string => slack.directory.workspace.channels[name] ?? name
  const shows = (shown: SlackMessage | Ephemeral, words: readonly string[]): boolean =>
    words.every((word) => text(shown).includes(word))

  const card: Chat['card'] = async (channel, ...words) =>
    await slack.until(
      ({ messages }) =>
        messages.findLast((message) => message.channel === channelId(channel) && !message.deleted && shows(message, words)),
      {
        timeoutMs: 60_000,
        what: `${words.join(', ')} in #${channel}`,
      },
    )
  return {
    sandbox,
    people,
    processes,
    card,
    text,
    async ask(said, ...words) {
      const before = slack.messages.length
      await people.command('alice', said)
      const answer = await slack.until(({ messages }) => messages.slice(before).find((message) => shows(message, words)), {
        timeoutMs: 60_000,
        what: `an answer to "${said}" with ${words.join(', ')}`,
      })
      return text(answer)
    },
    async whisper(person, ...words) {
      const user = slack.directory.user(person)?.id
      return await slack.until(({ ephemerals }) => ephemerals.findLast((each) => each.user === user && shows(each, words)), {
        what: `an answer to ${person} with ${words.join(', ')}`,
      })
    },
    close: async () => await sandbox.close(),
  }
}

/** Calls that may have changed something in a cloud; whether an alias is visible is asked by POST. */
export function writes({ world }: Sandbox): readonly string[] {
  return world.calls
    .filter(({ vendor, method }) => (vendor === 'arm' || vendor === 'clickhouse') && method !== 'GET')
    .filter(({ path }) => !path.includes('checkPrivateLinkServiceVisibility'))
    .map(({ vendor, method, path }) => `${vendor} ${method} ${path}`)
}
