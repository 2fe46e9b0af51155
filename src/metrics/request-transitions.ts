import { Counter, type Registry } from 'prom-client'
import { actions, type Request, requestStates } from '../domain/request.ts'

export type CountTransition = (before: Pick<Request, 'state'>, after: Pick<Request, 'action' | 'state'>) => void

/** Counts requests that go into another state. Each is counted once, by the process that wrote it. */
export function countTransitions(register: Registry): CountTransition {
  const transitions = new Counter({
    name: 'privatelink_request_transitions_total',
    help: 'Requests that went into a state, by action. Each is counted by the process that wrote it.',
    labelNames: ['action', 'state'],
    registers: [register],
  })
  // An alert on an increase needs the zero before it.
  for (const action of actions) for (const state of requestStates) transitions.inc({ action, state }, 0)
  return (before, { action, state }) => {
    if (before.state !== state) transitions.inc({ action, state })
  }
}
