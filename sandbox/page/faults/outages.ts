import { setTimeout as pause } from 'node:timers/promises'
import type { ProcessName } from '../../processes.ts'
import { type Fault, type Fault as Outage, refuse } from './fault.ts'

/** The clouds, Redis and the processes themselves. */

const armError = (code: string, message: string) => ({ error: { code, message } })

export const outages: readonly Fault[] = [
  {
    ...outage('arm-refused', 'Azure refuses', 'The role of the identity was taken away.', 'control-plane-unknown'),
    breaks: ({ gate }) =>
      gate(refuse('arm', () => true, { status: 403, body: armError('AuthorizationFailed', 'The client has no authorization.') })),
  },
  {
    ...outage(
      'arm-throttled',
      'Azure throttles',
      'Another tool uses up the limit of the subscription; calls wait and are slower.',
    ),
    breaks: ({ gate }) => {
      let count = 0
      const body = armError('SubscriptionRequestsThrottled', 'Number of requests exceeded. Please try again after 2 seconds.')
      return gate(refuse('arm', () => count++ % 2 === 0, { status: 429, headers: { 'retry-after': '2' }, body }))
    },
  },
  {
    ...outage(
      'arm-slow',
      'Azure is slow',
      'Every call takes three seconds longer: a diagnosis says what it could not read in time.',
    ),
    breaks: ({ gate }) =>
      gate(async ({ vendor }, phase) => {
        if (vendor === 'arm' && phase === 'arrived') await pause(3_000, undefined, { ref: false })
        return undefined
      }),
  },
  {
    ...outage('arm-locked', 'Resource locked', 'A lock forbids changes: a setup fails and says so.'),
    breaks: ({ gate }) =>
      gate(
        refuse('arm', ({ method }) => method === 'PUT' || method === 'DELETE', {
          status: 409,
          body: armError(
            'ScopeLocked',
            "The scope cannot perform write operation because following scope(s) are locked: 'rg-network'.",
          ),
        }),
      ),
  },
  {
    ...outage('arm-policy', 'Under policy', 'Azure Policy forbids what a setup makes: it fails and says which policy.'),
    breaks: ({ gate }) =>
      gate(
        refuse('arm', ({ method }) => method === 'PUT', {
          status: 403,
          body: armError(
            'RequestDisallowedByPolicy',
            "Resource was disallowed by policy. Policy assignment: 'deny-private-endpoints'.",
          ),
        }),
      ),
  },
  {
    ...outage(
      'clickhouse-failing',
      'ClickHouse Cloud fails',
      'Its API answers 500: a diagnosis goes on with what was read before, a setup tries again.',
    ),
    breaks: ({ gate }) => gate(refuse('clickhouse', () => true, { status: 500, body: { status: 500, error: 'Internal error' } })),
  },
  {
    ...outage('redis-away', 'Redis away', 'The server does not answer: the chat says to try again, and nothing is lost.'),
    breaks({ house: { sandbox } }) {
      const { redisPid } = sandbox
      if (redisPid === undefined) throw new Error('This Redis is not the sandbox’s own, so the page leaves it alone.')
      process.kill(redisPid, 'SIGSTOP')
      return () => void process.kill(redisPid, 'SIGCONT')
    },
  },
  killed(
    'diagnostics',
    'Diagnostics process killed',
    'The machine in the network died: nobody looks from inside.',
    'worker-absent',
  ),
  killed('jobs', 'Jobs process killed', 'A request stops where it is, and goes on when the process is back.'),
  killed('bot', 'Bot process killed', 'The chat gets no answer until it is back.'),
]

function outage(key: string, title: string, field: string, code?: string): Omit<Outage, 'breaks'> {
  return { key, title, field, needsConnection: code !== undefined, ...(code !== undefined && { code }) }
}

function killed(name: ProcessName, title: string, field: string, code?: string): Fault {
  return {
    ...outage(`killed-${name}`, title, field, code),
    async breaks({ house }) {
      await house.kill(name)
      return () => house.start(name)
    },
  }
}
