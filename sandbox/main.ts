import { parseArgs } from 'node:util'
import { acmeEstate, type Estate } from './estate.ts'
import { largeEstate } from './large-estate.ts'
import { openInBrowser } from './page/browser.ts'
import { startPage } from './page/server.ts'
import { processNames } from './processes.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'
import { bothChatsTour } from './tour/both.ts'
import { slackChat } from './tour/slack-chat.ts'
import { teamsChat } from './tour/teams-chat.ts'
import { tour } from './tour/tour.ts'
import { Transcript } from './tour/transcript.ts'

/**
 * `npm start`: the outside world, simulated, and the three real processes in it. With `--tour`, `--tour teams` or `--tour both` a story is played in
 * these chats, and the exit status says how it went.
 */

const estates: Readonly<Record<string, Estate>> = { acme: acmeEstate, large: largeEstate() }
const { values, positionals } = parseArgs({
  options: { tour: { type: 'boolean', default: false }, estate: { type: 'string', default: 'acme' } },
  allowPositionals: true,
})
const [told = 'slack', ...more] = positionals
if (
  more.length > 0 ||
  (!values.tour && positionals.length > 0) ||
  !Object.hasOwn(estates, values.estate) ||
  !['slack', 'teams', 'both'].includes(told)
) {
  console.error('Usage: npm start [-- [--estate acme|large] [--tour [slack|teams|both]]]')
  process.exit(2)
}
const chats =
  told === 'slack' && values.tour ? (['slack'] as const) : told === 'teams' ? (['teams'] as const) : (['slack', 'teams'] as const)
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const { REDIS_URL: redisUrl = '', PORT: port = '', PAGE_PORT: pagePort = '8088' } = process.env
const options = {
  chats,
  estate: estates[values.estate] ?? acmeEstate,
  ...(redisUrl !== '' && { redisUrl }),
  ...(port !== '' && { port: Number(port) }),
}

async function play({ sandbox, transcript }: { sandbox: Sandbox; transcript: Transcript }): Promise<void> {
  const { teams } = sandbox
  const slack = slackChat(sandbox)
  if (teams === undefined) return await tour(sandbox, slack, transcript)
  const inTeams = teamsChat(teams, sandbox.botUrl)
  await (told === 'both' ? bothChatsTour(sandbox, { slack, teams: inTeams }, transcript) : tour(sandbox, inTeams, transcript))
}

async function tell(): Promise<void> {
  const sandbox = await startSandbox(options)
  const processes = await Promise.all(processNames.map((name) => sandbox.start(name)))
  const transcript = new Transcript(say)
  try {
    await play({ sandbox, transcript })
    say(`\nEverything in the story happened: ${transcript.checks} things were checked.`)
  } catch (error) {
    say(`\n✘ ${error instanceof Error ? error.message : String(error)}`)
    for (const { name, output } of processes) say(`\nThe last lines of ${name}:\n${output.slice(-15).join('\n')}`)
    process.exitCode = 1
  }
  await sandbox.close()
}

async function show(): Promise<void> {
  const page = await startPage({ ...options, pagePort: Number(pagePort) })
  const { sandbox, processes } = page.house
  const { teams } = sandbox
  say(`The sandbox runs: a simulated Azure, ClickHouse Cloud, Slack, Teams and virtual network, and the real processes in it.

  open            ${page.url}   to click: ask, approve, break something

  bot             ${sandbox.botUrl}/slack/events and /api/messages   (signed requests; /healthz, /readyz)
  Slack API       ${sandbox.slack.url}
  Bot Connector   ${teams?.serviceUrl}
  Azure           ${sandbox.arm.url}
  ClickHouse      ${sandbox.clickhouseUrl}
  Azure DNS       ${sandbox.network.dns.address}:${sandbox.network.dns.port}   (of prod-westus3)
  endpoints       ${sandbox.world.addressBase}.4 and up, ports 8443 and 9440
  Redis           ${sandbox.redisUrl}
  configuration   ${sandbox.configPath}
${[...processes.values()].map(({ name, pid }) => `  ${name.padEnd(15)} process ${pid}`).join('\n')}

\`npm start -- --tour\` plays the main story, with \`teams\` after it in Teams, with \`both\` a request in both. Ctrl-C stops everything.`)
  openInBrowser(page.url)
  const stop = (): void => {
    void page.close().then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
}

await (values.tour ? tell() : show())
