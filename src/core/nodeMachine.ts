/** The one thing a host drives, whichever algorithm runs behind it. */
import type { MachineStatus } from './machine'
import type { MachineInput, MachineOutput, SlotView } from './machineTypes'
import type { Slot } from './paxos/ballot'
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
