/** Records a simulated run as real nodes record theirs: another one can go on from there. */
import type { LabEvent } from '../../src/core/event'
import type { MachineInput } from '../../src/core/machineTypes'
import type { NodeId } from '../../src/core/paxos/ballot'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import type { StableRecord } from '../../src/core/paxos/effect'
import type { Snapshot } from '../../src/core/paxos/snapshot'
import type { SimPlan } from '../../src/core/sim/plan'
import type { SimNode } from '../../src/core/sim/simNode'
import type { SimStart } from '../../src/core/sim/start'
import { World } from '../../src/core/sim/world'
import type { StampsSoFar } from '../../src/core/sim/world'

interface RecordedLife {
  life: number
  records: readonly StableRecord[]
  snapshot: Snapshot | null
  rounds: (readonly MachineInput[])[]
}

export interface RecordedSim {
  readonly start: readonly SimStart[]
  readonly events: readonly LabEvent[]
  readonly after: StampsSoFar
  /** Digest and slot of every node where the recording ended; null: it was down. */
  readonly logs: readonly (string | null)[]
}

/** Runs the plan until so many events were told. */
export function recordSim(plan: SimPlan, eventsMax: number): RecordedSim {
  const lives = new Map<NodeId, RecordedLife>()
  const events: LabEvent[] = []
  const nodeSeqs = new Map<NodeId, number>()
  const onRound = (node: SimNode, ticks: number, inputs: readonly MachineInput[]): void => {
    if (lives.get(node.node)?.life !== node.life) {
      const { records, snapshot } = node.disk
      lives.set(node.node, { life: node.life, records: [...records], snapshot, rounds: [] })
    }
    lives.get(node.node)?.rounds.push([{ type: 'clock', ticks }, ...inputs])
  }
  const world = new World({
    plan,
    onRound,
    sink: (event) => {
      events.push(event)
      if (event.by !== 'lab') nodeSeqs.set(event.by, event.nodeSeq)
      if (events.length >= eventsMax) world.stop()
    },
  })
  world.run()
  const members = world.nodes.map(({ node }) => node)
  const start = world.nodes.map(({ node, life, alive, disk }): SimStart => {
    const config = { ...DEFAULT_REPLICA, ...plan.config, node, members }
    const lived = alive ? lives.get(node) : undefined
    if (lived !== undefined) return { node, config, ...lived }
    return {
      node,
      life,
      config,
      ...{ records: disk.records, snapshot: disk.snapshot },
      rounds: [],
      down: true,
    }
  })
  const last = events.at(-1)
  const after = { seq: last?.seq ?? 0, atMs: last?.atMs ?? 0, nodeSeqs }
  return { start, events, after, logs: world.nodes.map(logOf) }
}

export function logOf({ machine }: SimNode): string | null {
  if (machine === null) return null
  const { appliedThrough, digest, promised, chosenThrough } = machine.status()
  return `${appliedThrough} ${digest} ${promised.round}.${promised.node} ${chosenThrough}`
}
