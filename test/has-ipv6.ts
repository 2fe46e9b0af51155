import { networkInterfaces } from 'node:os'

/** Whether this machine's loopback interface has the address ::1. */
export const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1')
