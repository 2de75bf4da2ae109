/**
 * PAXOS: what a person with redis-cli asks a node about itself. All but READ are answered at once
 * from what the node knows; READ goes through the machine (`clientReads.ts`).
 */
import type { NodeStatus } from '../../core/event'
import { isUnsafeRead, nameOfReadMode, READ_MODE_NAMES, readModeOf } from '../../core/kv/readMode'
import type { ReadMode } from '../../core/kv/readMode'
import { array, bulk, error, NIL, OK } from '../../core/kv/resp'
import type { SlotView } from '../../core/machineTypes'
import { formatBallot } from '../../core/paxos/ballot'
import type { ClientSession } from './clientSession'
import { rulePairs } from './nodeRules'
import type { NodeRules } from './nodeRules'

/** Slots that one answer lists; the machine gives no more either. */
const SLOTS_MAX = 200
const SLOTS_SHOWN = 10

/** What the commands see of the node. */
export interface PaxosInside {
  status(): NodeStatus
  slots(from: number, count: number): SlotView[]
  /** Where this node takes clients, as `host:port`. */
  clientAddress(): string
  readonly rules: NodeRules
}

const HELP = [
  'PAXOS <subcommand> [<arg> ...]. Subcommands are:',
  'STATUS -- role, ballots, slots and queues of this node',
  'LEADER -- who leads, as far as this node knows',
  'SLOTS <from> [<count>] -- what it voted for and knows to be chosen, slot by slot',
  'ACCEPTOR -- what it promised and voted for, and its disk',
  `READ <mode> <key> -- modes: ${READ_MODE_NAMES.join(' ')}`,
  'READMODE [<mode>] -- how this connection reads from now on',
]

/** What a read of this mode is worth. */
const NOTES: Readonly<Record<ReadMode, string>> = {
  log: 'the read took a slot of the log; nothing is assumed of clocks',
  confirmed: 'a quorum confirmed the leader; nothing is assumed of clocks',
  lease: 'the leader answered alone; right if clocks drift no more than the policy assumes',
  learner: 'all acceptors were asked; a majority knows nothing newer',
  propose: 'settled by a ballot of this node where acceptors alone did not tell',
  valueMajority: 'UNSAFE: equal values were counted whatever their ballots; it may never be chosen',
  local: 'UNSAFE: this node answered from its own state and asked nobody; it may be stale',
}

/** The reply; null for a READ that is well formed, which the machine answers. */
export function runPaxos(
  args: readonly string[],
  session: ClientSession,
  inside: PaxosInside,
): string | null {
  const [, given = ''] = args
  const sub = given.toLowerCase()
  const arity = ARITY.get(sub)
  if (arity === undefined) {
    return error(`ERR unknown subcommand '${given.slice(0, 128)}'. Try PAXOS HELP.`)
  }
  if (args.length < arity[0] || args.length > arity[1]) {
    return error(`ERR wrong number of arguments for 'paxos|${sub}' command`)
  }
  switch (sub) {
    case 'status':
      return pairs(statusPairs(inside))
    case 'leader':
      return pairs(leaderPairs(inside))
    case 'acceptor':
      return pairs(acceptorPairs(inside.status()))
    case 'slots':
      return slotLines(args, inside)
    case 'readmode':
      return readMode(args, session)
    case 'read':
      return readModeOf(args[2] ?? '') === null ? noMode(args[2] ?? '') : null
    default:
      return array(HELP.map((line) => `+${line}\r\n`))
  }
}

/** Fewest and most arguments, with PAXOS and the subcommand. */
const ARITY: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['status', [2, 2]],
  ['leader', [2, 2]],
  ['acceptor', [2, 2]],
  ['slots', [3, 4]],
  ['read', [4, 4]],
  ['readmode', [2, 3]],
  ['help', [2, 2]],
])

/** Prints the value that a READ found; null if there is none. */
export function printRead(key: string, mode: ReadMode, value: string | null): string {
  return array([
    ...[bulk('key'), bulk(key), bulk('value'), value === null ? NIL : bulk(value)],
    ...[bulk('mode'), bulk(nameOfReadMode(mode)), bulk('note'), bulk(NOTES[mode])],
  ])
}

type Pairs = readonly (readonly [string, string | number])[]

function pairs(entries: Pairs): string {
  return array(entries.flatMap(([name, value]) => [bulk(name), bulk(String(value))]))
}

function statusPairs(inside: PaxosInside): Pairs {
  const status = inside.status()
  return [
    ['node', status.node],
    ['life', status.life],
    ['role', status.role],
    ['ballot', formatBallot(status.ballot)],
    ['promised', formatBallot(status.promised)],
    ['leader', status.leader ? status.leader.node : 'none'],
    ['leader_ballot', status.leader ? formatBallot(status.leader) : 'none'],
    ['voted_through', status.votedThrough],
    ['chosen_through', status.chosenThrough],
    ['applied_through', status.appliedThrough],
    ['digest', status.digest],
    ['policy', status.policy.kind],
    ['waiting', status.waiting],
    ['in_flight', status.inFlight],
    ['bids', status.bids],
    ['preemptions', status.preemptions],
    ['clients', status.clients],
    ['acknowledged', status.acked],
    ...rulePairs(inside.rules),
  ]
}

/** A node knows its own address only; the lab or the start files know the others. */
function leaderPairs(inside: PaxosInside): Pairs {
  const { leader, node } = inside.status()
  if (leader === null) return [['leader', 'none']]
  const address = leader.node === node ? inside.clientAddress() : 'unknown'
  return [
    ['leader', leader.node],
    ['ballot', formatBallot(leader)],
    ['self', leader.node === node ? 'yes' : 'no'],
    ['client_address', address],
  ]
}

function acceptorPairs(status: NodeStatus): Pairs {
  return [
    ['promised', formatBallot(status.promised)],
    ['voted_through', status.votedThrough],
    ['chosen_through', status.chosenThrough],
    ['log_bytes', status.logBytes],
    ['flush_ms_p95', status.flushMsP95],
  ]
}

function slotLines(args: readonly string[], inside: PaxosInside): string {
  const from = parseSlot(args[2] ?? '')
  const count = parseSlot(args[3] ?? String(SLOTS_SHOWN))
  if (from === null || count === null) {
    return error('ERR a slot and a count are integers from 1 on')
  }
  const views = inside.slots(from, Math.min(count, SLOTS_MAX))
  return array(views.map((view) => bulk(describeSlot(view))))
}

function parseSlot(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}

function describeSlot({ slot, state, vote, chosen }: SlotView): string {
  const voted = vote ? `vote ${formatBallot(vote.ballot)} ${vote.id} "${vote.text}"` : 'no vote'
  const known = chosen ? `chosen ${chosen.id} "${chosen.text}"` : 'not known to be chosen'
  return printable(`${slot} ${state} | ${voted} | ${known}`)
}

/** A line for a terminal: bytes of a value that are none of its characters become `?`. */
function printable(text: string): string {
  return text.replaceAll('…', '...').replace(/[^ -~]/g, '?')
}

function readMode(args: readonly string[], session: ClientSession): string {
  const given = args[2]
  if (given === undefined) return bulk(nameOfReadMode(session.readMode))
  const mode = readModeOf(given)
  if (mode === null) return noMode(given)
  session.readMode = mode
  return isUnsafeRead(mode) ? `+OK ${NOTES[mode]}\r\n` : OK
}

function noMode(given: string): string {
  const shown = given.slice(0, 128)
  return error(`ERR there is no read mode '${shown}'; there are ${READ_MODE_NAMES.join(', ')}`)
}
