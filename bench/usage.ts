import { readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second. */
const tickMs = 10

/** CPU time of a process so far, in milliseconds; with `children`, of those that it has waited for instead. */
export function cpuMs(pid: number | 'self', of: 'own' | 'children' = 'own'): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = 0, system = 0] = of === 'own' ? [fields[11], fields[12]] : [fields[13], fields[14]]
  return (user + system) * tickMs
}

/** The most memory that a process ever had resident, in MiB. */
export function peakMiB(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(text)?.[1]) / 1_024
}

/** The memory that a process has resident now, in MiB. */
export function residentMiB(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1_024
}
