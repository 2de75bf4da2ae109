/**
 * Verbs of link faults, made from the table of `linkFaults.ts`, and of partitions. One grammar with
 * `verbs.ts`, which takes them in.
 */
import { NAMED_PRESETS } from '../core/fault'
import type { NamedPreset } from '../core/fault'
import type { LabApi, LabStatus, LinkChange, PartitionRequest } from './api'
import { parseOnly } from './gateVerbs'
import { FaultValues, LINK_FAULTS } from './linkFaults'
import type { FaultField, FormKind, LinkVerbName } from './linkFaults'
import { resolveLinks } from './resolveRefs'
import { VerbArgs } from './verbArgs'
import type { LinksRef } from './verbArgs'

export type LinkVerb =
  | { readonly verb: LinkVerbName; readonly links: LinksRef; readonly change: LinkChange }
  | { readonly verb: 'partition'; readonly request: PartitionRequest }

export interface LinkVerbResult {
  readonly verb: LinkVerb['verb']
  readonly fault: string
}

interface LinkVerbSpec {
  readonly usage: string
  readonly help: string
  parse(args: VerbArgs): LinkVerb
}

/** `isolate-leader` for `isolateLeader`. */
export function presetWord(preset: NamedPreset): string {
  return preset.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

const PRESET_BY_WORD = new Map(NAMED_PRESETS.map((preset) => [presetWord(preset), preset]))

export const LINK_VERBS: Readonly<Record<LinkVerb['verb'], LinkVerbSpec>> = {
  partition: {
    usage: `partition 1,2 | 3,4,5   or   partition ${[...PRESET_BY_WORD.keys()].join('|')}`,
    help: 'only nodes of one group can talk',
    parse: parsePartition,
  },
  cut: verbOf('cut'),
  delay: verbOf('delay'),
  reorder: verbOf('reorder'),
  drop: verbOf('drop'),
  burst: verbOf('burst'),
  'drop-next': verbOf('dropNext'),
  duplicate: verbOf('duplicate'),
  bandwidth: verbOf('bandwidth'),
  reset: verbOf('reset'),
  'half-open': verbOf('halfOpen'),
}

/** Of the verbs that console and scenarios know. */
export function isLinkVerb<V extends { readonly verb: string }>(
  verb: V,
): verb is Extract<V, LinkVerb> {
  return Object.hasOwn(LINK_VERBS, verb.verb)
}

export async function performLinks(
  lab: LabApi,
  verb: LinkVerb,
  status: LabStatus,
): Promise<LinkVerbResult & { readonly ok: boolean; readonly words: string }> {
  if (verb.verb === 'partition') {
    const fault = await lab.partition(verb.request)
    return { verb: verb.verb, ok: true, fault, words: `partitioned (${fault})` }
  }
  const fault = await lab.changeLinks(resolveLinks(status, verb.links), verb.change)
  const words = verb.change.kind === 'reset' ? 'was reset' : `${verb.verb} holds`
  return { verb: verb.verb, ok: true, fault, words: `${words} (${fault})` }
}

function verbOf(kind: FormKind): LinkVerbSpec {
  const { verb, help, fields, matches, build } = LINK_FAULTS[kind]
  const words = [...fields.map(usageOf), ...(matches ? ['[only MATCH]'] : [])]
  return {
    usage: [verb, 'all|A B|A > B', ...words].join(' '),
    help,
    parse(args) {
      const links = args.links()
      const values = new FaultValues(parseValues(fields, args))
      const match = matches ? parseOnly(args) : undefined
      const change = build(values)
      return { verb, links, change: match === undefined ? change : { ...change, match } }
    },
  }
}

function usageOf(field: FaultField): string {
  if (field.type === 'choice') return `[${field.options.join('|')}]`
  return field.missing === undefined ? field.word : `[${field.word}]`
}

function parseValues(fields: readonly FaultField[], args: VerbArgs): Map<string, number | string> {
  const options = fields.flatMap((field) => (field.type === 'choice' ? field.options : []))
  const isOver = (): boolean =>
    args.isEmpty || ['only', ...options].some((word) => args.isNext(word))
  return new Map(fields.map((field) => [field.name, parseValue(field, args, isOver)]))
}

function parseValue(field: FaultField, args: VerbArgs, isOver: () => boolean): number | string {
  const what = `the ${field.title.toLowerCase()}`
  switch (field.type) {
    case 'choice':
      return field.options.find((word) => args.takes(word)) ?? field.initial
    case 'share':
      return args.probability()
    default:
      if (field.missing !== undefined && isOver()) return field.missing
      return field.type === 'ms' ? args.ms(what) : args.whole(what, field.min, field.max)
  }
}

function parsePartition(args: VerbArgs): LinkVerb {
  const words = args.rest()
  const [first = '', ...more] = words
  const preset = PRESET_BY_WORD.get(first)
  if (preset !== undefined) {
    if (more.length > 0) args.fail(`"${more[0]}" is too much after ${first}`)
    return { verb: 'partition', request: { preset } }
  }
  if (/^[a-z][a-z-]*$/.test(first)) args.fail(`"${first}" is not a preset`)
  const groups = new VerbArgs(words, args.usage).groups()
  if (groups.length < 2) args.fail('a partition needs two groups or more, with | between them')
  if (groups.some((group) => group.length === 0)) args.fail('a group is empty')
  return { verb: 'partition', request: { preset: 'custom', groups } }
}
