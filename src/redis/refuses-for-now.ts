/** Refusals that pass by themselves: there is no master, or it has no replicas or not its data yet. */
const passing = /^(NOREPLICAS|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/

/**
 * Whether Redis refused a command only for now. Nothing is wrong with what was to be written: it may be tried again. Any other refusal, e.g. of a right, stays,
 * and somebody has to be told.
 */
export function refusesForNow(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && passing.test(error.message)
}
