import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Diagnosis } from '../src/domain/diagnosis/diagnosis.ts'
import { connect } from '../src/redis/connection.ts'
import { createProducer } from '../src/redis/producer.ts'
import { redisDiagnoses } from '../src/redis/records.ts'

const patienceMs = 120_000

/** Asks for a diagnosis as the bot does, and waits for its result; without a network from everywhere. */
export async function diagnosed(
  { redisUrl }: Pick<Sandbox, 'redisUrl'>,
  asked: Pick<Diagnosis['asked'], 'service' | 'network'>,
): Promise<Diagnosis> {
  const redis = connect(redisUrl, { patient: true })
  const producer = createProducer(redis)
  const diagnoses = redisDiagnoses(redis)
  const by = { key: 'person:Alice Archer', name: 'Alice Archer', accounts: { slack: 'U01ALICE' } }
  const place = { surface: 'slack', id: 'C034DEF' } as const
  try {
    const id = await diagnoses.nextId()
    await diagnoses.save({ id, asked: { ...asked, by, place, at: new Date().toISOString() } })
    await producer.work({ kind: 'diagnosis', id })
    const deadline = performance.now() + patienceMs
    for (;;) {
      const diagnosis = await diagnoses.get(id)
      if (diagnosis?.problem !== undefined) throw new Error(diagnosis.problem.message)
      if (diagnosis?.endedAt !== undefined) return diagnosis
      if (performance.now() > deadline) throw new Error(`${id} has no result after ${patienceMs} ms.`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  } finally {
    await producer.close()
    redis.disconnect()
  }
}
