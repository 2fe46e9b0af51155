import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import type { ClickHouseService, World } from '../../sandbox/world.ts'
import type { Action, Request } from '../../src/domain/request.ts'
import { type Desk, openDesk, quick } from './house.ts'

/** A sandbox with jobs and diagnostics, in which whole requests are carried out through the ledger. */
export interface Office {
  readonly sandbox: Sandbox
  readonly world: World
  readonly desk: Desk
  /** Asks, approves if there is something to approve, and waits for the end. Several services are separated by spaces. */
  carryOut(services: string, action?: Action): Promise<Request>
  service(name: string): ClickHouseService
  /** Another jobs process: it has nothing in memory. */
  restartJobs(): Promise<void>
  close(): Promise<void>
}

export async function openOffice(options: SandboxOptions = {}): Promise<Office> {
  const sandbox = await startSandbox({ latencies: quick, ...options })
  const { world } = sandbox
  const desk = openDesk(sandbox)
  let [jobs] = await Promise.all([sandbox.start('jobs'), sandbox.start('diagnostics')])
  return {
    sandbox,
    world,
    desk,
    async carryOut(services, action = 'setup') {
      const asked = await desk.ask(services, action)
      if (asked.state !== 'awaiting-approval') return asked
      await desk.approve(asked)
      return await desk.settled(asked.id, ['done', 'failed', 'awaiting-approval'])
    },
    service(name) {
      const found = world.services.find((each) => each.name === name)
      if (found === undefined) throw new Error(`no service ${name}`)
      return found
    },
    async restartJobs() {
      await jobs.close()
      jobs = await sandbox.start('jobs')
    },
    async close() {
      await desk.close()
      await sandbox.close()
    },
  }
}

/** What the plan would do, by step. */
export const kinds = ({ plan }: Request) => Object.fromEntries((plan?.steps ?? []).map(({ id, change }) => [id, change.kind]))

/** What is said of the plan's steps. */
export const notes = ({ plan }: Request) => Object.fromEntries((plan?.steps ?? []).map(({ id, note }) => [id, note]))
