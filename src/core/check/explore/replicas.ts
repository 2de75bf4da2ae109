/**
 * Explores a bounded world of whole replicas: every order of deliveries, with losses, doubled
 * frames, crashes, timers and elections within their budgets. Breadth first, exact states, so that
 * a counterexample is a shortest one; every state is judged.
 *
 * Bounded:  "complete" means: every state within the bounds. Nothing is said beyond them, and
 *           nothing of liveness: `replicasLasso.ts` looks for that.
 * Symmetry: none; ballots hold node numbers, and a permutation of nodes would reorder them.
 */
import { formatBallot } from '../../paxos/ballot'
import { rolesOf } from '../../paxos/config'
import { Quorums } from '../../paxos/quorum'
import { judge, worst } from './replicasJudge'
import type { Judgement } from './replicasJudge'
import type { GhostFault, GhostVote } from './replicasGhost'
import { INPUT } from './replicasNode'
import { toSchedule } from './replicasSchedule'
import { IntList, RowTable } from './replicasTable'
import type { ReplicasOptions, ReplicasResult } from './replicasTypes'
import { World } from './replicasWorld'
import type { WorldStep } from './replicasWorld'

const STATES_MAX = 2_000_000
const PROGRESS_STATES = 5000
const KINDS = ['deliver', 'drop', 'duplicate', 'input'] as const

/** @throws RangeError if the bounds are no bounds. */
export function exploreReplicas(options: ReplicasOptions): ReplicasResult {
  return new Search(options).run()
}

interface Found {
  readonly state: number
  readonly fault: GhostFault
}

class Search {
  private readonly world: World
  private readonly table: RowTable
  /** For each state: the one before it, and the step from there, packed. */
  private readonly before = new IntList(-1)
  private readonly stepTo = new IntList(-1)
  private readonly depths = new IntList(0)
  /** Steps on the way that no budget counts. */
  private readonly delivered = new IntList(0)
  private readonly judgements = new Map<string, Judgement>()
  private readonly quorums: Quorums
  private transitions = 0
  private violations = 0
  private found: Found | null = null
  private sometimesChosen = false

  constructor(private readonly options: ReplicasOptions) {
    this.world = new World(options)
    this.table = new RowTable(this.world.width)
    const { config, members } = this.world
    const { acceptors } = rolesOf({ roles: config.roles, members })
    this.quorums = new Quorums(config.quorums, acceptors)
  }

  run(): ReplicasResult {
    const { table, world, options } = this
    const { statesMax = STATES_MAX, deliveries = Infinity, onProgress } = options
    const row = new Int32Array(world.width)
    const next = new Int32Array(world.width)
    world.start(row)
    table.add(row)
    this.look(0, row, row)
    let complete = true
    for (let state = 0; state < table.size; state += 1) {
      if (this.found !== null && options.exhaustive !== true) break
      if (table.size > statesMax) {
        complete = false
        break
      }
      if (state % PROGRESS_STATES === 0) onProgress?.(table.size, this.depths.at(state))
      table.read(state, row)
      const mayDeliver = this.delivered.at(state) < deliveries
      for (const step of world.steps(row, next, mayDeliver)) {
        this.transitions += 1
        const { id, isNew } = table.add(next)
        if (!isNew) continue
        this.before.push(state)
        this.stepTo.push(pack(step))
        this.depths.push(this.depths.at(state) + 1)
        this.delivered.push(this.delivered.at(state) + (isUnbudgeted(step) ? 1 : 0))
        this.look(id, row, next)
        if (this.found !== null && options.exhaustive !== true) break
      }
    }
    return this.result(complete && (this.found === null || options.exhaustive === true))
  }

  private result(complete: boolean): ReplicasResult {
    const { table, transitions, violations, found, world, options, sometimesChosen } = this
    return {
      states: table.size,
      transitions,
      depth: this.depths.at(table.size - 1),
      violations,
      complete,
      sometimesChosen,
      localStates: world.locals.reduce((sum, local) => sum + local.size, 0),
      counterexample: found && {
        schedule: toSchedule(world, options, this.wayTo(found.state), endOf(found.fault)),
        ...endOf(found.fault),
      },
    }
  }

  /** Judges a new state. */
  private look(id: number, before: Int32Array, row: Int32Array): void {
    const { faults, chosenSlots } = this.judgement(row)
    if (chosenSlots > 0) this.sometimesChosen = true
    const { invariants } = this.options
    const isMeant = ({ invariant }: GhostFault): boolean => invariants?.includes(invariant) ?? true
    // What is I6 here may be I7 in the end.
    const tellsLate = invariants === undefined || invariants.includes('I7')
    if (!faults.some((fault) => isMeant(fault) || (tellsLate && fault.proposal !== undefined)))
      return
    const fault = worst(this.named(faults, before).filter(isMeant))
    if (fault === undefined) return
    this.violations += 1
    this.found ??= { state: id, fault }
  }

  private judgement(row: Int32Array): Judgement {
    const { locals } = this.world
    const states = locals.map((local, index) => local.get(row[index]!))
    const key = states.map(({ ghostId }) => ghostId).join()
    const known = this.judgements.get(key)
    if (known !== undefined) return known
    const judgement = judge(
      states.map(({ ghost }) => ghost),
      this.quorums,
    )
    this.judgements.set(key, judgement)
    return judgement
  }

  /** P2c that held when the proposal was issued, and was broken by a later vote, is I7. */
  private named(faults: readonly GhostFault[], before: Int32Array): readonly GhostFault[] {
    if (!faults.some(({ proposal }) => proposal !== undefined)) return faults
    const { locals } = this.world
    const issued = new Set(
      locals.flatMap((local, index) =>
        local.get(before[index]!).ghost.issued.map((one) => proposalKey(one)),
      ),
    )
    const old = new Set(this.judgement(before).faults.map(({ words }) => words))
    return faults.map((fault) => {
      const { proposal, words } = fault
      const isLate = proposal !== undefined && issued.has(proposalKey(proposal))
      return isLate && !old.has(words) ? { ...fault, invariant: 'I7' } : fault
    })
  }

  private wayTo(state: number): WorldStep[] {
    const steps: WorldStep[] = []
    for (let at = state; this.before.at(at) >= 0; at = this.before.at(at)) {
      steps.push(unpack(this.stepTo.at(at)))
    }
    return steps.reverse()
  }
}

function endOf({ invariant, words }: GhostFault) {
  return { invariant, words }
}

function isUnbudgeted({ kind, what }: WorldStep): boolean {
  return kind === 'deliver' || (kind === 'input' && what === INPUT.flush)
}

function proposalKey({ slot, ballot, id }: GhostVote): string {
  return `${slot} ${formatBallot(ballot)} ${id}`
}

function pack({ kind, node, what }: WorldStep): number {
  return what * 128 + node * 4 + KINDS.indexOf(kind)
}

function unpack(packed: number): WorldStep {
  const kind = KINDS[packed % 4]!
  return { kind, node: Math.floor(packed / 4) % 32, what: Math.floor(packed / 128) }
}
