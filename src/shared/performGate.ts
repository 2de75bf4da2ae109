/** Carries a verb of the gate out on a lab; errors as in `performVerb.ts`. */
import { formatBallot } from '../core/paxos/ballot'
import { LabCallError } from './api'
import type { LabApi, LabStatus } from './api'
import type { AdversaryOptions, GateSelect, GateView, HeldFrame } from './gate'
import type { GateVerb, SelectRef } from './gateVerbs'
import { resolveLinks } from './resolveRefs'

export type GateVerbResult =
  | { readonly verb: 'hold' | 'reorder'; readonly fault: string }
  | ({ readonly verb: 'gate' | 'held' | 'release' | 'discard' | 'double' } & GateView)
  | { readonly verb: 'gate'; readonly frame: string }
  | { readonly verb: 'adversary'; readonly adversary: AdversaryOptions | null }

type Performed = GateVerbResult & { readonly ok: boolean; readonly words: string }

/** Frames that one line of words names. */
const WORDS_FRAMES_MAX = 20

export async function performGate(
  lab: LabApi,
  verb: GateVerb,
  status: LabStatus,
): Promise<Performed> {
  switch (verb.verb) {
    case 'hold': {
      const { match, atEnd } = verb
      const links = resolveLinks(status, verb.links)
      const fault = await lab.changeLinks(links, { kind: 'hold', match, atEnd })
      return { verb: 'hold', ok: true, fault, words: `hold holds (${fault})` }
    }
    case 'reorder': {
      const { probability, windowMs, match } = verb
      const links = resolveLinks(status, verb.links)
      const change = { kind: 'reorder', probability, windowMs, match } as const
      const fault = await lab.changeLinks(links, change)
      return { verb: 'reorder', ok: true, fault, words: `reorder holds (${fault})` }
    }
    case 'gate': {
      if (verb.id === null) return listed(verb.verb, 'wait', await lab.gateList(verb.match))
      const frame = await lab.gateInspect(verb.id)
      return { verb: 'gate', ok: true, frame, words: frame }
    }
    case 'held': {
      const { match, count, withinMs } = verb
      return listed(verb.verb, 'wait', await lab.gateWait(match, count, withinMs))
    }
    case 'release':
    case 'discard':
    case 'double': {
      const { call, words } = SELECT_CALLS[verb.verb]
      return listed(verb.verb, words, await lab[call](selectOf(status, verb.select)))
    }
    case 'adversary':
      return performAdversary(lab, verb.options)
  }
}

const SELECT_CALLS = {
  release: { call: 'gateRelease', words: 'released' },
  discard: { call: 'gateDrop', words: 'dropped' },
  double: { call: 'gateDuplicate', words: 'doubled' },
} as const

async function performAdversary(lab: LabApi, options: AdversaryOptions | null): Promise<Performed> {
  if (options === null) {
    await lab.stopAdversary()
    return { verb: 'adversary', ok: true, adversary: null, words: 'the adversary is off' }
  }
  const fault = await lab.startAdversary(options)
  const words = `the adversary orders all frames (${fault})`
  return { verb: 'adversary', ok: true, adversary: options, words }
}

function listed(
  verb: 'gate' | 'held' | 'release' | 'discard' | 'double',
  done: string,
  { frames, total }: GateView,
): Performed {
  const shown = frames.slice(0, WORDS_FRAMES_MAX).map(frameWords)
  const more = total > shown.length ? [`and ${total - shown.length} more`] : []
  const head = `${total} ${total === 1 ? 'frame' : 'frames'} ${done}`
  return { verb, ok: true, frames, total, words: [head, ...shown, ...more].join('; ') }
}

/** `7: 1 > 2 accept 3.1 slot 4`. */
function frameWords({ id, link, message, ballot, slot, count }: HeldFrame): string {
  const slots = count > 1 ? `slots ${slot}-${slot + count - 1}` : `slot ${slot}`
  return [
    `${id}: ${link.from} > ${link.to} ${message ?? 'unknown type'}`,
    ...(ballot === null ? [] : [formatBallot(ballot)]),
    ...(slot === 0 ? [] : [slots]),
  ].join(' ')
}

function selectOf(status: LabStatus, select: SelectRef): GateSelect {
  if (select.kind !== 'link') return select
  const [link] = resolveLinks(status, select.links)
  if (link === undefined) throw new LabCallError('badArgument', 'no link is named')
  return { kind: 'link', link, count: select.count }
}
