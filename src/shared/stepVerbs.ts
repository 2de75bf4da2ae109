/**
 * The verb `step`: step mode on and off, what may happen next, and one thing at a time; with what
 * carries it out. One grammar with `verbs.ts`, which takes it in; docs/stepping.md.
 *
 * Errors: VerbError for what is no step; LabCallError when the lab cannot do it. Of several
 *         deliveries those before the one that fails are done.
 */
import type { FrameMatch } from '../core/fault'
import type { TimerName } from '../core/paxos/effect'
import type { LabApi, LabStatus } from './api'
import { LabCallError } from './api'
import { parseId, parseMatch } from './gateVerbs'
import { TIMERS } from './nodeOptionsCodec'
import { resolveLinks, resolveNode } from './resolveRefs'
import type { StepChoice, StepChoices, StepReport } from './stepping'
import { STEP_COUNT_MAX } from './stepping'
import { causedWords, frameWords, isWorthSaying } from './stepWords'
import type { LinksRef, NodeRef, VerbArgs } from './verbArgs'

/** As `StepChoice`, with roles that are looked up when the verb is carried out. */
type StepRef =
  | Extract<StepChoice, { kind: 'frame' | 'drop' }>
  | {
      readonly kind: 'deliver' | 'lose'
      readonly links: LinksRef
      readonly match: FrameMatch
    }
  | {
      readonly kind: 'timer'
      readonly node: NodeRef
      readonly timer: TimerName
    }
  | { readonly kind: 'request' | 'elect'; readonly node: NodeRef }
  | {
      readonly kind: 'command' | 'propose'
      readonly node: NodeRef
      readonly args: readonly string[]
    }

export type StepVerb =
  | { readonly verb: 'step'; readonly act: 'list' | 'on' | 'off' | 'script' }
  /** So many deliveries, each the first of the gate. */
  | { readonly verb: 'step'; readonly act: 'next'; readonly count: number }
  | { readonly verb: 'step'; readonly act: 'one'; readonly choice: StepRef }

export type StepVerbResult =
  | { readonly verb: 'step'; readonly stepping: boolean }
  | { readonly verb: 'step'; readonly choices: StepChoices }
  | { readonly verb: 'step'; readonly steps: readonly StepReport[] }
  | { readonly verb: 'step'; readonly script: readonly string[] }

type Performed = StepVerbResult & { readonly ok: boolean; readonly words: string }

/** Frames, and events of a step, that one line of words names. */
const WORDS_MAX = 20

export const STEP_VERB = {
  usage:
    'step on|off   or   step   or   step next|COUNT   or   step frame|drop ID' +
    '   or   step deliver|lose A > B MATCH   or   step timer NODE NAME' +
    '   or   step client NODE [COMMAND ...]   or   step propose NODE COMMAND ...' +
    '   or   step elect NODE   or   step script',
  help:
    'step mode: nothing moves by itself, frames, timers and client requests wait;' +
    ' alone it lists what may happen next',
  parse: parseStep,
} as const

function parseStep(args: VerbArgs): StepVerb {
  if (args.isEmpty) return { verb: 'step', act: 'list' }
  const count = args.takesId()
  if (count !== null) {
    if (count > STEP_COUNT_MAX) args.fail(`at most ${STEP_COUNT_MAX} steps at once`)
    return { verb: 'step', act: 'next', count }
  }
  const word = args.word('the step')
  switch (word) {
    case 'on':
    case 'off':
    case 'script':
      return { verb: 'step', act: word }
    case 'next':
      return { verb: 'step', act: 'next', count: 1 }
    default:
      return { verb: 'step', act: 'one', choice: parseOne(args, word) }
  }
}

function parseOne(args: VerbArgs, word: string): StepRef {
  switch (word) {
    case 'frame':
    case 'drop':
      return { kind: word, id: parseId(args) }
    case 'deliver':
    case 'lose': {
      const links = args.links()
      if (links.both || links.from === 'all' || links.to === 'all') {
        args.fail('a link is written A > B')
      }
      return { kind: word, links, match: args.isEmpty ? {} : parseMatch(args) }
    }
    case 'timer': {
      const node = args.node()
      const name = args.word('the timer')
      const timer = TIMERS.find((each) => each === name)
      if (timer === undefined) return args.fail(`"${name}" is not a timer (${TIMERS.join(', ')})`)
      return { kind: 'timer', node, timer }
    }
    case 'client': {
      const node = args.node()
      return args.isEmpty ? { kind: 'request', node } : { kind: 'command', node, args: args.rest() }
    }
    case 'propose':
      return {
        kind: 'propose',
        node: args.node(),
        args: [args.word('the command'), ...args.rest()],
      }
    case 'elect':
      return { kind: 'elect', node: args.node() }
    default:
      return args.fail(`"${word.slice(0, 40)}" is not a step`)
  }
}

export async function performStep(
  lab: LabApi,
  verb: StepVerb,
  status: LabStatus,
): Promise<Performed> {
  switch (verb.act) {
    case 'on':
      await lab.startStepping()
      return { verb: 'step', ok: true, stepping: true, words: 'step mode: nothing moves by itself' }
    case 'off':
      await lab.stopStepping()
      return { verb: 'step', ok: true, stepping: false, words: 'step mode is off: time passes' }
    case 'list': {
      const choices = await lab.stepChoices()
      return { verb: 'step', ok: true, choices, words: choicesWords(choices) }
    }
    case 'script': {
      const script = await lab.stepScript()
      const lines = script.map((line) => `  - ${JSON.stringify(line)}`)
      return { verb: 'step', ok: true, script, words: ['do:', ...lines].join('\n') }
    }
    case 'next':
      return await performNext(lab, verb.count)
    case 'one':
      return performed([await lab.stepPerform(choiceOf(status, verb.choice))])
  }
}

/** A command in step mode: it is sent and let in, and nobody waits for its answer. */
export async function performCommandStep(
  lab: LabApi,
  kind: 'command' | 'propose',
  node: number,
  args: readonly string[],
): Promise<Performed> {
  return performed([await lab.stepPerform({ kind, node, args })])
}

/** Ends early when nothing waits any more. */
async function performNext(lab: LabApi, count: number): Promise<Performed> {
  const reports: StepReport[] = []
  while (reports.length < count) {
    if (reports.at(-1)?.framesTotal === 0) break
    reports.push(await lab.stepPerform({ kind: 'next' }))
  }
  return performed(reports)
}

function performed(steps: readonly StepReport[]): Performed {
  const words = steps.map(reportWords).join('\n')
  return { verb: 'step', ok: steps.every(({ lost }) => lost === null), steps, words }
}

function choiceOf(status: LabStatus, ref: StepRef): StepChoice {
  switch (ref.kind) {
    case 'frame':
    case 'drop':
      return ref
    case 'deliver':
    case 'lose': {
      const [link] = resolveLinks(status, ref.links)
      if (link === undefined) throw new LabCallError('badArgument', 'no link is named')
      return { kind: ref.kind, link, match: ref.match }
    }
    case 'request':
      return { kind: 'request', node: resolveNode(status, ref.node), id: null }
    case 'elect':
      return { kind: 'elect', node: resolveNode(status, ref.node) }
    default:
      return { ...ref, node: resolveNode(status, ref.node) }
  }
}

function reportWords({ step, lost, events, eventsTotal, framesTotal }: StepReport): string {
  const said = events.filter(isWorthSaying)
  const shown = said.slice(0, WORDS_MAX).map(causedWords)
  const left = eventsTotal - events.length + said.length - shown.length
  const more = left > 0 ? [`and ${left} more events`] : []
  const lines = [...(lost === null ? [] : [lost]), ...shown, ...more, waitWords(framesTotal)]
  return [step, ...lines.map((line) => `  ${line}`)].join('\n')
}

function choicesWords({ frames, framesTotal, nodes }: StepChoices): string {
  const shown = frames.slice(0, WORDS_MAX).map(frameWords)
  const more = framesTotal > shown.length ? [`and ${framesTotal - shown.length} more`] : []
  const own = nodes.map(({ node, timers, requests, requestsTotal }) => {
    const names = timers.map(({ timer, leftMs }) => `${timer} ${Math.round(leftMs)} ms`)
    const left = requestsTotal > requests.length ? [`${requestsTotal - requests.length} more`] : []
    const asked = [...requests.map(({ words }) => `client "${words}"`), ...left]
    return `node ${node}: ${[...names, ...asked].join(', ') || 'nothing'}`
  })
  return [waitWords(framesTotal), ...shown, ...more, ...own].join('\n')
}

function waitWords(frames: number): string {
  return frames === 1 ? '1 frame waits' : `${frames} frames wait`
}
