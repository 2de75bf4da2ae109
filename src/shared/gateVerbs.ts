/**
 * Verbs of the gate and of the adversary: `hold`, `gate`, `held`, `release`, `discard`, `double`,
 * `move`, `adversary`. One grammar with `verbs.ts`, which takes them in.
 *
 * MATCH:  `any`, or message types joined by commas, then `slot N`, `slot N-M`, `ballot R.N`; in a
 *         ballot `*` stands for any round or node.
 * SELECT: `all`, ids in the order in which they go, `link A > B [COUNT]`, or `match MATCH
 *         [count COUNT]`; without a count, every one.
 */
import type { FrameMatch } from '../core/fault'
import { DELAY_MS_MAX } from '../core/fault'
import type { MessageType } from '../core/paxos/message'
import type { AdversaryOptions, GatePlace, GateSelect } from './gate'
import { ADVERSARY_HOLD_MS_MIN, GATE_COUNT_MAX, GATE_WAIT_COUNT_MAX, MESSAGE_TYPES } from './gate'
import type { LinksRef, VerbArgs } from './verbArgs'

/** As `GateSelect`; the link is named by roles that are looked up when the verb is carried out. */
export type SelectRef =
  | Exclude<GateSelect, { kind: 'link' }>
  | { readonly kind: 'link'; readonly links: LinksRef; readonly count: number }

export type GateVerb =
  | {
      readonly verb: 'hold'
      readonly links: LinksRef
      readonly match: FrameMatch
      readonly atEnd: 'release' | 'drop'
    }
  /** With an id: the text of that frame. */
  | { readonly verb: 'gate'; readonly id: number | null; readonly match: FrameMatch }
  | {
      readonly verb: 'held'
      readonly count: number
      readonly match: FrameMatch
      readonly withinMs: number
    }
  | { readonly verb: 'release' | 'discard' | 'double'; readonly select: SelectRef }
  | {
      readonly verb: 'move'
      readonly id: number
      readonly place: GatePlace
      readonly other: number
    }
  /** Null: off. */
  | { readonly verb: 'adversary'; readonly options: AdversaryOptions | null }

interface GateVerbSpec {
  readonly usage: string
  readonly help: string
  parse(args: VerbArgs): GateVerb
}

const HELD_MS_DEFAULT = 10_000
const SELECT = 'all | ID [ID ...] | link A > B [COUNT] | match MATCH [count COUNT]'

function selectVerb(verb: 'release' | 'discard' | 'double', help: string): GateVerbSpec {
  const parse = (args: VerbArgs): GateVerb => ({ verb, select: parseSelect(args) })
  return { usage: `${verb} ${SELECT}`, help, parse }
}

export const GATE_VERBS: Readonly<Record<GateVerb['verb'], GateVerbSpec>> = {
  hold: {
    usage: 'hold all|A B|A > B MATCH [drop-at-end]',
    help:
      'frames that match wait at the gate; MATCH is any, or types such as accept,accepted,' +
      ' then [slot N-M] [ballot R.N], * for any; heal releases them, or drops them if asked',
    parse: (args) => ({
      verb: 'hold',
      links: args.links(),
      match: parseMatch(args),
      atEnd: args.takes('drop-at-end') ? 'drop' : 'release',
    }),
  },
  gate: {
    usage: 'gate   or   gate MATCH   or   gate ID',
    help: 'frames that wait at the gate, oldest first; with an ID what that frame says',
    parse: (args) => {
      if (args.isEmpty) return { verb: 'gate', id: null, match: {} }
      const id = args.takesId()
      return { verb: 'gate', id, match: id === null ? parseMatch(args) : {} }
    },
  },
  held: {
    usage: 'held COUNT MATCH [within MS]',
    help: 'waits until so many frames that match wait at the gate',
    parse: (args) => ({
      verb: 'held',
      count: args.whole('the count', 1, GATE_WAIT_COUNT_MAX),
      match: parseMatch(args),
      withinMs: args.takes('within') ? args.ms('the time') : HELD_MS_DEFAULT,
    }),
  },
  release: selectVerb('release', 'lets frames of the gate go on, in the order given'),
  discard: selectVerb('discard', 'drops frames of the gate'),
  double: selectVerb('double', 'puts one more copy of each beside it at the gate'),
  move: {
    usage: 'move ID before|after ID',
    help: 'another place for a frame in the order of the gate, also among those of other links',
    parse: parseMove,
  },
  adversary: {
    usage: 'adversary flp on [HOLD_MS]   or   adversary flp off',
    help:
      'orders all frames so that no ballot wins, without any loss;' +
      ' with HOLD_MS no frame is held longer',
    parse: parseAdversary,
  },
}

/** What follows `only`; undefined when nothing does. */
export function parseOnly(args: VerbArgs): FrameMatch | undefined {
  return args.takes('only') ? parseMatch(args) : undefined
}

export function parseMatch(args: VerbArgs): FrameMatch {
  const match: { -readonly [Field in keyof FrameMatch]: FrameMatch[Field] } = {}
  if (!args.takes('any')) match.types = parseTypes(args)
  for (;;) {
    if (args.takes('slot')) parseSlots(args, match)
    else if (args.takes('ballot')) parseBallot(args, match)
    else return match
  }
}

function parseTypes(args: VerbArgs): MessageType[] {
  const word = args.word('what to match')
  return word.split(',').map((name) => {
    const type = MESSAGE_TYPES.find((each) => each === name)
    return type ?? args.fail(`"${name}" is not a message type (any, ${MESSAGE_TYPES.join(', ')})`)
  })
}

function parseSlots(args: VerbArgs, match: { slotFrom?: unknown; slotTo?: unknown }): void {
  const word = args.word('the slot')
  const [, from, dash, to] = /^([1-9]\d{0,14})(-([1-9]\d{0,14})?)?$/.exec(word) ?? []
  if (from === undefined) args.fail(`"${word}" is not a slot such as 4, 4-7 or 4-`)
  match.slotFrom = Number(from)
  if (dash === undefined) match.slotTo = Number(from)
  else if (to !== undefined) match.slotTo = Number(to)
}

function parseBallot(args: VerbArgs, match: { ballotRound?: unknown; ballotNode?: unknown }): void {
  const word = args.word('the ballot')
  const [, round, node] = /^(\d{1,15}|\*)\.([1-9]|\*)$/.exec(word) ?? []
  if (round === undefined) args.fail(`"${word}" is not a ballot such as 3.1, *.1 or 3.*`)
  if (round !== '*') match.ballotRound = Number(round)
  if (node !== '*') match.ballotNode = Number(node)
}

function parseSelect(args: VerbArgs): SelectRef {
  if (args.takes('all')) return { kind: 'all' }
  if (args.takes('link')) {
    const links = args.links()
    if (links.both || links.from === 'all' || links.to === 'all') {
      args.fail('a link is written A > B')
    }
    return { kind: 'link', links, count: args.isEmpty ? GATE_COUNT_MAX : parseCount(args) }
  }
  if (args.takes('match')) {
    const match = parseMatch(args)
    return { kind: 'match', match, count: args.takes('count') ? parseCount(args) : GATE_COUNT_MAX }
  }
  const ids: number[] = []
  do ids.push(parseId(args))
  while (!args.isEmpty)
  return { kind: 'ids', ids }
}

function parseMove(args: VerbArgs): GateVerb {
  const id = parseId(args)
  const isBefore = args.takes('before')
  if (!isBefore && !args.takes('after')) {
    args.fail(`"${args.word('before or after')}" is neither before nor after`)
  }
  return { verb: 'move', id, place: isBefore ? 'before' : 'after', other: parseId(args) }
}

export function parseId(args: VerbArgs): number {
  return args.whole('the id of a held frame', 1, Number.MAX_SAFE_INTEGER)
}

function parseCount(args: VerbArgs): number {
  return args.whole('the count', 1, GATE_COUNT_MAX)
}

function parseAdversary(args: VerbArgs): GateVerb {
  if (!args.takes('flp')) args.fail(`"${args.word('the adversary')}" is not an adversary (flp)`)
  if (args.takes('off')) return { verb: 'adversary', options: null }
  if (!args.takes('on')) args.fail(`"${args.word('on or off')}" is neither on nor off`)
  if (args.isEmpty) return { verb: 'adversary', options: { kind: 'flp', holdMsMax: null } }
  const holdMsMax = Math.round(args.ms('the longest hold'))
  if (holdMsMax < ADVERSARY_HOLD_MS_MIN) {
    args.fail(`the longest hold is from ${ADVERSARY_HOLD_MS_MIN} to ${DELAY_MS_MAX} ms`)
  }
  return { verb: 'adversary', options: { kind: 'flp', holdMsMax } }
}
