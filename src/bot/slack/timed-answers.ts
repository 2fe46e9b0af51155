import type { App } from '@slack/bolt'

type Received = Parameters<App['processEvent']>[0]

/** Tells how long each request waited for its answer, in seconds. For Socket Mode: over HTTP the server tells it. */
export function timeAnswers(app: App, took: (seconds: number) => void): void {
  const process = app.processEvent.bind(app)
  app.processEvent = async (received: Received) => {
    const startedAt = performance.now()
    await process({
      ...received,
      async ack(response) {
        await received.ack(response)
        took((performance.now() - startedAt) / 1_000)
      },
    })
  }
}
