import { doctor } from './doctor.ts'

/**
 * `npm run doctor` checks configuration, credentials and permissions of the processes whose variables are in its environment. It changes nothing anywhere.
 * Exit status 0: no fault was found, though there may be warnings. 1: a fault was found. 2: the checks could not run.
 */

const { status, out, errors } = await doctor(process.argv.slice(2), { colour: process.stdout.isTTY })
process.stderr.write(errors)
// Exits at once: what hangs would keep the process alive.
process.stdout.write(out, () => process.exit(status))
