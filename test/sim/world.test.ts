/** A simulated run: the same each time, whoever watches, and one that can be gone on from. */
import { expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { Agenda } from '../../src/core/sim/agenda'
import type { SimPlan } from '../../src/core/sim/plan'
import { createPrng } from '../../src/core/sim/prng'
import { drawPlan, steadyPlan } from '../../src/core/sim/swarm'
import { World } from '../../src/core/sim/world'
import { runTrial } from '../../src/core/trial/trial'
import { logOf, recordSim } from '../support/simFork'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

it('an agenda gives what is due, earliest first, and equal times in the order they were put', () => {
  const prng = createPrng(5)
  const agenda = new Agenda()
  const put: { at: number; order: number }[] = []
  const seen: { at: number; order: number }[] = []
  for (let order = 0; order < 2000; order += 1) {
    const entry = { at: prng.between(0, 50), order }
    put.push(entry)
    agenda.put(entry.at, () => seen.push(entry))
  }
  for (let run = agenda.take(49); run !== null; run = agenda.take(49)) run()
  const due = put.filter(({ at }) => at <= 49).sort((a, b) => a.at - b.at || a.order - b.order)
  expect(seen).toEqual(due)
  expect([agenda.now, agenda.size]).toEqual([49, put.length - due.length])
})

it.each(SEEDS)('seed %i twice gives the same events, byte for byte', (seed) => {
  const play = (): { text: string; hash: string } => {
    const lines: string[] = []
    const sink = (event: LabEvent): number => lines.push(JSON.stringify(event))
    const { hash } = new World({ plan: drawPlan({ seed }), sink }).run()
    return { text: lines.join('\n'), hash }
  }
  const [first, again] = [play(), play()]
  expect(again.hash).toBe(first.hash)
  expect(again.text).toBe(first.text)
})

it('the hash tells runs apart: other seeds, and one fault less', () => {
  const hashOf = (plan: SimPlan): string => runTrial({ plan, goOn: true }).hash
  const plans = SEEDS.map((seed) => drawPlan({ seed }))
  const plan = drawPlan({ seed: 3, faults: ['kill', 'drop'] })
  const changed = { ...plan, faults: plan.faults.slice(1) }
  const hashes = [...plans, plan, changed].map(hashOf)
  expect(new Set(hashes).size).toBe(hashes.length)
})

it('telling messages changes neither the run nor its hash, and each one has its two ends', () => {
  const plan = drawPlan({ seed: 4, nodes: 3, faults: ['kill', 'duplicate'] })
  const told: LabEvent[] = []
  const silent = runTrial({ plan })
  const loud = runTrial({ plan, messages: true, onEvent: (event) => told.push(event) })
  expect(loud.hash).toBe(silent.hash)
  expect([loud.events, loud.verdict]).toEqual([silent.events, 'valid'])
  const sent = new Set(told.flatMap((event) => (event.type === 'sent' ? [event.id] : [])))
  const received = told.flatMap((event) => (event.type === 'received' ? [event.id] : []))
  expect(received.filter((id) => !sent.has(id))).toEqual([])
  expect(sent.size).toBeGreaterThan(500)
  expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1))
  const times = told.map(({ atMs }) => atMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

it('no machine changes a message that it shares with others', () => {
  for (const seed of SEEDS) {
    const plan = drawPlan({ seed: seed * 100 })
    const frozen = runTrial({ plan, freeze: true })
    expect(frozen.hash, `seed ${plan.seed}`).toBe(runTrial({ plan }).hash)
  }
})

it('a well cluster works through its load', () => {
  const result = runTrial({ plan: steadyPlan(1, 5, 30, 10) })
  expect(result.verdict).toBe('valid')
  expect(result.operations).toBeGreaterThan(200)
  expect(result.chosenSlots).toBeGreaterThan(200)
})

it.each([1, 2, 3, 4, 5, 6])(
  'a fork of seed %i stands where the record ended, and goes on',
  (seed) => {
    const plan = drawPlan({ seed, faults: ['kill', 'partition', 'drop'] })
    const recorded = recordSim(plan, 1500)
    const still = { ...plan, faults: [], clients: { ...plan.clients, clients: 0 } }
    const world = new World({ plan: still, sink: () => {}, start: recorded.start })
    world.stop()
    world.run()
    expect(world.nodes.map(logOf)).toEqual(recorded.logs)
    const { start, events, after } = recorded
    const { nodes, config } = plan
    const forked: LabEvent[] = []
    const result = runTrial({
      plan: { ...drawPlan({ seed: seed + 100, nodes, faults: ['kill'] }), config },
      onEvent: (event) => forked.push(event),
      fork: { start, events, after },
    })
    expect(result.violations).toEqual([])
    expect(forked[0]?.seq).toBe(after.seq + 1)
    expect(result.chosenSlots).toBeGreaterThan(10)
  },
)
