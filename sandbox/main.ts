import { parseArgs } from 'node:util'
import { processNames } from './processes.ts'
import { startSandbox } from './sandbox.ts'
import { tour } from './tour/tour.ts'
import { Transcript } from './tour/transcript.ts'

/** `npm start`: the outside world, simulated, and the three real processes in it. With `--tour` the main story is played, and the exit status says how it went. */

const { values } = parseArgs({ options: { tour: { type: 'boolean', default: false } } })
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const { REDIS_URL: redisUrl = '' } = process.env
const sandbox = await startSandbox(redisUrl === '' ? {} : { redisUrl })
const processes = await Promise.all(processNames.map((name) => sandbox.start(name)))

if (values.tour) {
  const transcript = new Transcript(say)
  try {
    await tour(sandbox, transcript)
    say(`\nEverything in the story happened: ${transcript.checks} things were checked.`)
  } catch (error) {
    say(`\n✘ ${error instanceof Error ? error.message : String(error)}`)
    for (const { name, output } of processes) say(`\nThe last lines of ${name}:\n${output.slice(-15).join('\n')}`)
    process.exitCode = 1
  }
  await sandbox.close()
} else {
  say(`The sandbox runs: a simulated Azure, ClickHouse Cloud, Slack and virtual network, and the real processes in it.

  bot             ${sandbox.botUrl}/slack/events   (signed requests; /healthz, /readyz)
  Slack API       ${sandbox.slack.url}
  Azure           ${sandbox.arm.url}
  ClickHouse      ${sandbox.clickhouseUrl}
  Azure DNS       ${sandbox.network.dns.address}:${sandbox.network.dns.port}   (of prod-westus3)
  endpoints       ${sandbox.world.addressBase}.4 and up, ports 8443 and 9440
  Redis           ${sandbox.redisUrl}
  configuration   ${sandbox.configPath}
${processes.map(({ name, pid }) => `  ${name.padEnd(15)} process ${pid}`).join('\n')}

\`npm start -- --tour\` plays the main story. Ctrl-C stops everything.`)
  const stop = (): void => {
    void sandbox.close().then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
}
