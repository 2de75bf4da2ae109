/**
 * Parallel clients (ioredis) count while the leader is killed again and again. Those that use a
 * session end at exactly their number; plain ones within what they know.
 *
 * PAXOS_TEST_INCRS sets how many INCRs each kind does: 2,000 unless it says otherwise.
 */
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const INCRS = Number(process.env['PAXOS_TEST_INCRS'] ?? '2000')
const CLIENTS = 16
const KILLS = 5
const NODES = [1, 2, 3, 4, 5] as const
const RUN_MS_MAX = 600_000
const ANSWER_MS_MAX = 60_000
/** Beyond the node's own deadline. */
const COMMAND_MS = 3000
const REQUEST_DEADLINE_MS = 1500

/** Answers that no repetition changes (docs/clients.md). */
const FINAL = /^(ERR|NOSESSION|STALE|FORGOTTEN|CHOSEN)\b/
/** Nothing was proposed, and never will be. */
const REFUSED = /^(ERR|NOLEADER|BUSY)\b/

let rig: LabRig | null = null
const connections: Redis[] = []
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.disconnect()
  await rig?.close()
  rig = null
})

/** Connections of one client to every node. */
async function connectAll({ lab }: LabRig): Promise<readonly Redis[]> {
  const mine = lab.status().nodes.map(({ clientHost, clientPort }) => {
    const connection = new Redis({
      ...{ host: clientHost, port: clientPort, commandTimeout: COMMAND_MS },
      ...{ maxRetriesPerRequest: 0, retryStrategy: () => 50 },
    })
    // Each request tells its own error.
    connection.on('error', () => {})
    return connection
  })
  connections.push(...mine)
  return mine
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What all clients of one kind know. */
class Tally {
  acknowledged = 0
  unknown = 0
  retries = 0
  /** Answers of INCR, each of which only one request may get. */
  readonly answers: number[] = []
}

/** Counts in a session: the same number at the next node until there is an answer. */
async function countInSession(nodes: readonly Redis[], at: number, incrs: number, tally: Tally) {
  let next = at
  const anyNode = async (...command: string[]): Promise<unknown> => {
    return await eventually(
      command.join(' '),
      async () => {
        const name = command[0] ?? ''
        try {
          const node = nodes[next % nodes.length]
          return { answer: await node?.call(name, ...command.slice(1)) }
        } catch (error) {
          if (FINAL.test(wordsOf(error))) return { answer: error }
          next += 1
          tally.retries += 1
          return null
        }
      },
      ANSWER_MS_MAX,
    ).then(({ answer }) => answer)
  }
  const session = String(await anyNode('SESSION', 'OPEN'))
  for (let seq = 1; seq <= incrs; seq += 1) {
    const once = ['SESSION', 'DO', session, String(seq), 'ACKED', String(seq - 1)]
    const answer = await anyNode(...once, 'INCR', 'once')
    if (typeof answer !== 'number') throw new Error(`${once.join(' ')}: ${wordsOf(answer)}`)
    tally.answers.push(answer)
    tally.acknowledged += 1
  }
}

/** Counts without one, and never repeats what may have been applied. */
async function countPlainly(nodes: readonly Redis[], at: number, incrs: number, tally: Tally) {
  let next = at
  for (let done = 0; done < incrs; done += 1) {
    await eventually('an INCR that was not refused', async () => {
      try {
        tally.answers.push(Number(await nodes[next % nodes.length]?.incr('plain')))
        tally.acknowledged += 1
        return true
      } catch (error) {
        next += 1
        if (REFUSED.test(wordsOf(error))) return false
        tally.unknown += 1
        return true
      }
    })
  }
}

/** Kills the leader KILLS times, spread over the run. */
async function killLeaders({ lab }: LabRig, leader: () => Promise<number>, once: Tally) {
  const killed: number[] = []
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const share = (INCRS * kill) / (KILLS + 1)
    await eventually(`${share} counts`, () => once.acknowledged >= share, RUN_MS_MAX)
    const node = await leader()
    await lab.killNode(node)
    killed.push(node)
    const before = once.acknowledged
    await eventually('counting goes on', () => once.acknowledged > before, ANSWER_MS_MAX)
    await lab.restartNode(node)
  }
  return killed
}

it(
  'S4: sessions count exactly while the leader is killed five times, plain clients within bounds',
  async () => {
    const mine = (rig = new LabRig())
    await mine.start({ nodes: 5, requestDeadlineMs: REQUEST_DEADLINE_MS })
    const [once, plain] = [new Tally(), new Tally()]
    const share = Math.ceil(INCRS / CLIENTS)
    const total = share * CLIENTS
    const counting: Promise<void>[] = []
    for (let client = 0; client < CLIENTS; client += 1) {
      counting.push(countInSession(await connectAll(mine), client, share, once))
      counting.push(countPlainly(await connectAll(mine), client, share, plain))
    }
    const [killed] = await Promise.all([killLeaders(mine, () => mine.leader(), once), ...counting])
    expect(killed).toHaveLength(KILLS)
    await mine.logsEqual()
    // The kills struck: requests had to be repeated at other nodes.
    expect(once.retries).toBeGreaterThan(0)
    expect(once.acknowledged).toBe(total)
    expect(new Set(once.answers).size).toBe(total)
    expect(Math.max(...once.answers)).toBe(total)
    expect(new Set(plain.answers).size).toBe(plain.acknowledged)
    expect(plain.acknowledged + plain.unknown).toBe(total)
    for (const node of NODES) {
      expect(await mine.get(node, 'once')).toBe(`"${total}"`)
      const counted = Number(JSON.parse(await mine.get(node, 'plain')))
      expect(counted).toBeGreaterThanOrEqual(plain.acknowledged)
      expect(counted).toBeLessThanOrEqual(plain.acknowledged + plain.unknown)
    }
    const states = (await mine.status()).checks.map(({ state }) => state)
    expect(states).not.toContain('violated')
  },
  RUN_MS_MAX,
)
