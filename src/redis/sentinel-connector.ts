import { SentinelConnector } from 'ioredis'

type Options = ConstructorParameters<typeof SentinelConnector>[0]

/**
 * Asks sentinels for the master, as ioredis does, but lets go of the former connection first. Else the sentinels' word of a new master, for which the former
 * connection still listens, ends the attempt that is under way, and ioredis gives the connection up for ever (status `end`).
 */
export class FreshSentinelConnector extends SentinelConnector {
  /** ioredis does not type what it gives: the options of the connection, whose names of sentinels and master are set. */
  constructor(options: unknown) {
    super(options as Options)
  }

  override connect(...listener: Parameters<SentinelConnector['connect']>): ReturnType<SentinelConnector['connect']> {
    this.disconnect()
    return super.connect(...listener)
  }
}
