/** Which machine a node runs: Lamport's Paxos, or the blog's algorithm as it was published. */
import { BlogMachine } from './blog/blogMachine'
import { Machine } from './machine'
import type { Slot } from './paxos/ballot'
import type { MachineInput, MachineOutput, SlotView } from './machineTypes'
import type { MachineStatus } from './machine'
import type { ReplicaConfig } from './paxos/config'
import type { StableRecord } from './paxos/effect'
import type { Snapshot } from './paxos/snapshot'

/** What every host drives: recover, then rounds of `step` and one `settle`. */
export interface NodeMachine {
  /** False: facts are not even built (benchmarks). */
  factsOn: boolean
  recoverSnapshot(snapshot: Snapshot): void
  recoverRecord(record: StableRecord): void
  step(input: MachineInput, out: MachineOutput): void
  settle(out: MachineOutput): void
  status(): MachineStatus
  slots(from: Slot, count: number): SlotView[]
}

export function makeMachine(config: ReplicaConfig, life: number): NodeMachine {
  switch (config.variant) {
    case 'lamport':
      return new Machine(config, life)
    case 'blog2014':
      return new BlogMachine(config, life)
  }
}
