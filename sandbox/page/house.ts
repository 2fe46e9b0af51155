import { type ProcessName, processNames, type RunningProcess } from '../processes.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox.ts'
import { type CustomResolver, startCustomResolver } from '../vnet/custom-resolver.ts'

/** A whole sandbox with its processes, as the page shows it: what is reset, all of it is made anew. */
export interface House {
  readonly sandbox: Sandbox
  /** The DNS servers of the company, which the diagnostics process asks; both ask Azure, until a fault says otherwise. */
  readonly resolvers: readonly [CustomResolver, CustomResolver]
  /** Those that run. */
  readonly processes: ReadonlyMap<ProcessName, RunningProcess>
  start(name: ProcessName): Promise<void>
  /** Ends the process at once, as a machine that dies does. */
  kill(name: ProcessName): Promise<void>
  close(): Promise<void>
}

export async function openHouse(options: SandboxOptions): Promise<House> {
  const sandbox = await startSandbox({ chats: ['slack', 'teams'], ...options })
  const resolvers = [await startCustomResolver(sandbox.network.dns), await startCustomResolver(sandbox.network.dns)] as const
  const processes = new Map<ProcessName, RunningProcess>()
  const servers = resolvers.map(({ address, port }) => `${address}:${port}`).join(',')
  const more = (name: ProcessName) => (name === 'diagnostics' ? { DIAGNOSTICS_RESOLVER: servers } : {})
  const start = async (name: ProcessName): Promise<void> => {
    if (processes.has(name)) return
    const started = await sandbox.start(name, more(name))
    processes.set(name, started)
    void started.ended.then(() => {
      if (processes.get(name) === started) processes.delete(name)
    })
  }
  const close = async (): Promise<void> => {
    await sandbox.close()
    for (const resolver of resolvers) resolver.close()
  }
  try {
    await Promise.all(processNames.map(start))
  } catch (error) {
    await close()
    throw error
  }
  return {
    sandbox,
    resolvers,
    processes,
    start,
    async kill(name) {
      const running = processes.get(name)
      running?.kill('SIGKILL')
      await running?.ended
    },
    close,
  }
}
