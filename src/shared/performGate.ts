/** Carries a verb of the gate out on a lab; errors as in `performVerb.ts`. */
import { LabCallError } from './api'
import type { LabApi, LabStatus } from './api'
import type { AdversaryOptions, GateSelect, GateView } from './gate'
import type { GateVerb, SelectRef } from './gateVerbs'
import { resolveLinks } from './resolveRefs'
import { frameWords } from './stepWords'

export type GateVerbResult =
  | { readonly verb: 'hold'; readonly fault: string }
  | ({ readonly verb: 'gate' | 'held' | 'release' | 'discard' | 'double' | 'move' } & GateView)
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
    case 'move': {
      const { id, place, other } = verb
      const { frames, total } = await lab.gateMove(id, place, other)
      const words = `frame ${id} stands ${place} frame ${other}`
      return { verb: 'move', ok: true, frames, total, words }
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

function selectOf(status: LabStatus, select: SelectRef): GateSelect {
  if (select.kind !== 'link') return select
  const [link] = resolveLinks(status, select.links)
  if (link === undefined) throw new LabCallError('badArgument', 'no link is named')
  return { kind: 'link', link, count: select.count }
}
