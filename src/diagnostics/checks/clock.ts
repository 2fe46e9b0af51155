import type { Check } from '../check.ts'

/** The time as this machine has it. Whoever judges compares it with another clock. */
export const clockCheck: Check<'clock'> = {
  id: 'clock',
  needs: [],
  deadlineMs: 100,
  run: async () => ({ at: new Date().toISOString() }),
}
