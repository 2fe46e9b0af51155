import type { Check } from '../check.ts'

/** Reports the time of this machine's clock. The rules compare it with the vendor's clock. */
export const clockCheck: Check<'clock'> = {
  id: 'clock',
  needs: [],
  deadlineMs: 100,
  run: () => ({ at: new Date().toISOString() }),
}
