/**
 * A cluster in memory whose machines are recorded as those of real nodes are: in lines of the same
 * form. Each start of a node is a recording of its own.
 */
import { createHash } from 'node:crypto'
import { digestRound } from '../../src/core/check/replay/recording'
import type { Machine } from '../../src/core/machine'
import type { MachineInput, MachineOutput } from '../../src/core/machineTypes'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import type { ReplicaConfig } from '../../src/core/paxos/config'
import {
  FIRST_LINK,
  printEnd,
  printHead,
  printRecords,
  printRound,
  printSnapshot,
  sealLine,
} from '../../src/shared/recordingCodec'
import { CoreCluster } from './coreCluster'
import type { ClusterOptions } from './coreCluster'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The lines of one life, not yet sealed, without the head. */
interface Life {
  readonly node: number
  readonly life: number
  readonly bodies: string[]
}

export interface RecordedLife {
  readonly node: number
  readonly life: number
  readonly lines: readonly string[]
}

/** By machine: the first ones are stepped while the base class is still being made. */
const livesOf = new WeakMap<Machine, Life>()
const clusterLives = new WeakMap<readonly number[], Life[]>()

export class RecordingCluster extends CoreCluster {
  constructor(private readonly given: ClusterOptions = {}) {
    super(given)
  }

  /** All lives, in the order of their starts; `changes` are laid over what their heads say. */
  recorded(changes: Partial<ReplicaConfig> = {}): RecordedLife[] {
    return (clusterLives.get(this.members) ?? []).map(({ node, life, bodies }) => {
      const own = { ...this.given.config, ...changes, node, members: this.members }
      const config = { ...DEFAULT_REPLICA, ...own }
      const base = { version: 1, cluster: 'test', tickMs: 5, factsOn: true } as const
      const head = printHead({ ...base, node, life, config })
      const end = printEnd({ why: 'closed', words: 'the test ended' })
      return { node, life, lines: sealAll([head, ...bodies, end]) }
    })
  }

  override step(node: number, input: MachineInput): void {
    if (!this.isAlive(node)) return
    const machine = this.machine(node)
    if (!livesOf.has(machine)) this.open(node, machine)
    super.step(node, input)
  }

  private open(node: number, machine: Machine): void {
    const one: Life = { node, life: machine.status().life, bodies: [] }
    livesOf.set(machine, one)
    clusterLives.set(this.members, [...(clusterLives.get(this.members) ?? []), one])
    const snapshot = this.snapshot(node)
    if (snapshot !== null) one.bodies.push(printSnapshot(snapshot))
    if (this.durable(node).length > 0) one.bodies.push(printRecords(this.durable(node)))
    watch(machine, one)
  }
}

export function sealAll(bodies: readonly string[]): string[] {
  let before = FIRST_LINK
  return bodies.map((body) => {
    const { line, link } = sealLine(body, before, sha256)
    before = link
    return line.slice(0, -1)
  })
}

/** Notes what goes in and what comes out, where a host does. */
function watch(machine: Machine, { bodies }: Life): void {
  const step = machine.step.bind(machine)
  const settle = machine.settle.bind(machine)
  let [count, ticks, state] = [0, 0, '']
  let inputs: string[] = []
  machine.step = (input, out) => {
    if (input.type === 'clock') ticks = input.ticks
    else inputs.push(JSON.stringify(input))
    step(input, out)
  }
  machine.settle = (out: MachineOutput) => {
    settle(out)
    count += 1
    const answer = digestRound(out, machine.status(), sha256)
    const round = { round: count, atMs: 0, facts: 0, ticks, answer }
    bodies.push(printRound(round, `[${inputs.join(',')}]`, state))
    state = answer.state
    inputs = []
  }
}
