import { type Redis, SentinelConnector } from 'ioredis'

type Options = ConstructorParameters<typeof SentinelConnector>[0]

/** How ioredis connects to one sentinel; private in its types. */
type AskSentinel = (...about: readonly unknown[]) => Redis

/**
 * Asks sentinels for the master, as ioredis does, but lets go of the former connection first. Else the sentinels' word of a new master, for which the former
 * connection still listens, ends the attempt that is under way, and ioredis gives the connection up for ever (status `end`).
 *
 * The error that says that no sentinel answers has the last sentinel's own error as its cause: ioredis says only that the connection is closed, and writes
 * errors of the sentinels that it listens to past the log.
 */
export class FreshSentinelConnector extends SentinelConnector {
  #fault: Error | undefined

  /** ioredis does not type what it gives: the options of the connection, whose names of sentinels and master are set. */
  constructor(options: unknown) {
    super(options as Options)
    const ask: AskSentinel = Reflect.get(this, 'connectToSentinel')
    const askWatched: AskSentinel = (...about) => {
      const sentinel = ask.apply(this, [...about])
      sentinel.on('error', (error) => {
        this.#fault = error
      })
      return sentinel
    }
    Reflect.set(this, 'connectToSentinel', askWatched)
  }

  override connect(...[tell]: Parameters<SentinelConnector['connect']>): ReturnType<SentinelConnector['connect']> {
    this.disconnect()
    this.#fault = undefined
    return super.connect((type, error) => {
      if (this.#fault !== undefined) error.cause ??= this.#fault
      tell(type, error)
    })
  }
}
