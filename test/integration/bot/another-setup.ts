let asked = 0

/** A command for a setup that was not asked for before: the same one is answered with the request that is open. */
export function anotherSetup(): string {
  asked += 1
  return `setup analytics-prod in prod-westus3 because "reason ${asked}"`
}
