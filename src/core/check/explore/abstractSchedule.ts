/**
 * A trace of the abstract model as a schedule for whole machines, where that is faithful: each 1a a
 * node that proposes, each 1b a prepare delivered, each 2a the promises of its witnesses delivered,
 * each 2b an accept delivered; in the end the votes reach whoever proposed what they chose.
 *
 * Faithful: roles are apart, so that a proposer has no acceptor of its own and every message is a
 *           frame; proposers hear of no other ballot, so that node A+1+b proposes at 1.(A+1+b), and
 *           no timer fires.
 * Not all:  a learner that counts values, and a ballot with two owners, have no acts. Whoever keeps
 *           a schedule plays it first: a machine may break its rule in another way.
 */
import type { NodeId } from '../../paxos/ballot'
import { flawsOf } from '../../paxos/flaws'
import type { MessageType } from '../../paxos/message'
import type { Schedule, ScheduleAct } from '../../schedule'
import { ACT_1A, ACT_1B, ACT_2A, actAcceptor, actBallot, actKind, actValue } from './abstractActs'
import { acceptorIds, ballotOf, valueName } from './abstractBounds'
import type { AbstractModel } from './abstractModel'
import { membersOf, rolesIn } from './abstractRecord'
import { SLOT } from './abstractStatus'
import { witnessesOf } from './abstractTrace'
import type { TraceStep } from './abstractTrace'

const KEY = 'x'

/** Null where the model's mutant has no acts of machines. */
export function scheduleOf(
  model: AbstractModel,
  steps: readonly TraceStep[],
  title: string,
  end: Schedule['end'],
): Schedule | null {
  const { bounds } = model
  if (bounds.mutant === 'M11' || bounds.mutant === 'M14') return null
  const acts = steps.flatMap((step) => actsOf(model, steps, step))
  const last = steps.at(-1)?.after ?? model.initial()
  return {
    version: 1,
    title,
    nodes: clusterSize(membersOf(bounds).length),
    config: {
      mode: 'single',
      refusal: 'silence',
      roles: rolesIn(bounds),
      mutant: bounds.mutant,
    },
    acts: [...acts, ...learningActs(model, last)],
    end,
  }
}

/** Processes come in odd numbers: one more node, without a role, makes them so. */
function clusterSize(members: number): number {
  return members % 2 === 0 ? members + 1 : Math.max(3, members)
}

function actsOf(
  model: AbstractModel,
  steps: readonly TraceStep[],
  { act, before }: TraceStep,
): ScheduleAct[] {
  const b = actBallot(act)
  const { node } = ballotOf(model.bounds, b)
  const acceptor = actAcceptor(act) + 1
  switch (actKind(act)) {
    case ACT_1A:
      return [{ act: 'propose', node, args: ['SET', KEY, valueName(valueAt(steps, b))] }]
    case ACT_1B:
      return [deliver(model, node, acceptor, 'prepare', b, SLOT)]
    case ACT_2A:
      return promises(model, before, b, actValue(act))
    default:
      return [deliver(model, node, acceptor, 'accept', b, SLOT)]
  }
}

/** Promises for `b`, in the order in which the proposer comes to issue `v`. */
function promises(model: AbstractModel, before: Uint32Array, b: number, v: number): ScheduleAct[] {
  const { bounds, layout } = model
  const reports = witnessesOf(model, before, b, v).acceptors.map((a) => {
    const report = model.own(before, a, layout.reports[b]!)
    // A report is one bit: no vote, or 1 + b*V + v.
    const vote = report > 1 ? 30 - Math.clz32(report) : null
    return { acceptor: a + 1, vote, wanted: vote !== null && vote % bounds.values === v }
  })
  const { adoption } = flawsOf(bounds.mutant)
  if (adoption === 'first') reports.sort((one, other) => Number(other.wanted) - Number(one.wanted))
  if (adoption === 'last') reports.sort((one, other) => Number(one.wanted) - Number(other.wanted))
  const { node } = ballotOf(bounds, b)
  return reports.map(({ acceptor, vote }) => {
    return deliver(model, acceptor, node, 'promise', b, vote === null ? 0 : SLOT)
  })
}

/** What the proposer of `b` will propose; it names its value before it knows what is forced. */
function valueAt(steps: readonly TraceStep[], b: number): number {
  const issue = steps.find(({ act }) => actKind(act) === ACT_2A && actBallot(act) === b)
  return issue === undefined ? 0 : actValue(issue.act)
}

/** Votes of each quorum that chose, delivered to the proposer of that ballot. */
function learningActs(model: AbstractModel, state: Uint32Array): ScheduleAct[] {
  const { bounds, layout, rules } = model
  const acts: ScheduleAct[] = []
  for (let each = 0; each < bounds.ballots * bounds.values; each += 1) {
    const b = Math.floor(each / bounds.values)
    const voters = acceptorIds(bounds).filter((node) => {
      return (model.own(state, node - 1, layout.votes) & (1 << each)) !== 0
    })
    const set = voters.reduce((bits, node) => bits | (1 << (node - 1)), 0)
    if (!rules.phase2.some((quorum) => (quorum & set) === quorum)) continue
    const { node } = ballotOf(bounds, b)
    for (const voter of voters) acts.push(deliver(model, voter, node, 'accepted', b, SLOT))
  }
  return acts
}

function deliver(
  { bounds }: AbstractModel,
  from: NodeId,
  to: NodeId,
  message: MessageType,
  b: number,
  slot: number,
): ScheduleAct {
  const ballot = ballotOf(bounds, b)
  return { act: 'deliver', frame: { from, to, message, ballot, slot, nth: 0 } }
}
