/**
 * Link faults that a person starts with a few numbers, one entry each: how the verb is written,
 * what the window asks for, in which units and ranges, and what comes of it. Verbs, wire, parsers
 * of viewers and the window's forms are all made from this table; `docs/adding-a-fault.md` tells
 * how.
 *
 * Units: a field says its own; a `share` is 0 to 1, written as 0.2 or 20%, and shown in percent.
 */
import {
  BANDWIDTH_MAX,
  DELAY_MS_MAX,
  DELAY_SHAPES,
  FRAMES_MAX,
  QUEUE_BYTES_MAX,
} from '../core/fault'
import type { LinkFault } from '../core/fault'
import type { LinkChange } from './api'

interface NumberField {
  readonly type: 'ms' | 'share' | 'whole'
  readonly name: string
  /** How the verb's usage names it. */
  readonly word: string
  readonly title: string
  readonly unit: 'ms' | '%' | 'frames' | 'B' | 'B/s'
  readonly min: number
  readonly max: number
  /** What a form begins with. */
  readonly initial: number
  /** Given: the verb may leave it out, which means this. */
  readonly missing?: number
}

interface ChoiceField {
  readonly type: 'choice'
  readonly name: string
  readonly title: string
  readonly options: readonly string[]
  /** Taken when nothing is said. */
  readonly initial: string
}

export type FaultField = NumberField | ChoiceField

export type LinkVerbName =
  | 'cut'
  | 'delay'
  | 'reorder'
  | 'drop'
  | 'burst'
  | 'drop-next'
  | 'duplicate'
  | 'bandwidth'
  | 'reset'
  | 'half-open'

export interface LinkFaultSpec {
  readonly verb: LinkVerbName
  readonly title: string
  /** What it does, for `help` and for the window. */
  readonly help: string
  /** On the button that starts it. */
  readonly act: 'Set' | 'Drop' | 'Reset' | 'Cut'
  readonly fields: readonly FaultField[]
  /** It can be limited to frames that match. */
  readonly matches: boolean
  build(values: FaultValues): LinkChange
}

/** Values of fields by name, within their ranges. */
export class FaultValues {
  constructor(private readonly values: ReadonlyMap<string, number | string>) {}

  number(name: string): number {
    const value = this.values.get(name)
    if (typeof value === 'number') return value
    throw new Error(`there is no number "${name}"`)
  }

  option<T extends string>(name: string, options: readonly T[]): T {
    const value = this.values.get(name)
    const found = options.find((option) => option === value)
    if (found !== undefined) return found
    throw new Error(`"${name}" is none of ${options.join(', ')}`)
  }
}

const MS = { type: 'ms', unit: 'ms', min: 0, max: DELAY_MS_MAX } as const
const SHARE = { type: 'share', unit: '%', min: 0, max: 1 } as const
const FRAMES = { type: 'whole', unit: 'frames', min: 1, max: FRAMES_MAX } as const

const PROBABILITY = {
  ...SHARE,
  name: 'probability',
  word: 'PROBABILITY',
  title: 'Share',
  initial: 0.2,
} as const

export type FormKind = Exclude<LinkFault['kind'], 'partition' | 'hold'>

/** In the order in which menus and `help` list them. */
export const LINK_FAULTS: Readonly<Record<FormKind, LinkFaultSpec>> = {
  cut: {
    verb: 'cut',
    title: 'Cut',
    help: 'drops every frame of a link, both ways or one; A or B may be "all"',
    act: 'Cut',
    fields: [],
    matches: false,
    build: () => ({ kind: 'cut' }),
  },
  delay: {
    verb: 'delay',
    title: 'Delay',
    help: 'frames wait MS, give or take JITTER_MS as the shape draws it; order is kept',
    act: 'Set',
    fields: [
      { ...MS, name: 'delayMs', word: 'MS', title: 'Delay', initial: 100 },
      { ...MS, name: 'jitterMs', word: 'JITTER_MS', title: 'Jitter', initial: 0, missing: 0 },
      {
        type: 'choice',
        name: 'shape',
        title: 'Shape',
        options: DELAY_SHAPES,
        initial: 'uniform',
      },
    ],
    matches: true,
    build: (values) => {
      const shape = values.option('shape', DELAY_SHAPES)
      const law = { delayMs: values.number('delayMs'), jitterMs: values.number('jitterMs') }
      return { kind: 'delay', ...law, ...(shape !== 'uniform' && { shape }) }
    },
  },
  reorder: {
    verb: 'reorder',
    title: 'Reorder',
    help: 'with this probability a frame waits up to WINDOW_MS, and later ones overtake it',
    act: 'Set',
    fields: [
      PROBABILITY,
      { ...MS, name: 'windowMs', word: 'WINDOW_MS', title: 'Window', initial: 50 },
    ],
    matches: true,
    build: (values) => ({
      kind: 'reorder',
      probability: values.number('probability'),
      windowMs: values.number('windowMs'),
    }),
  },
  drop: {
    verb: 'drop',
    title: 'Drop',
    help: 'each frame is lost with this probability (0.2 or 20%)',
    act: 'Set',
    fields: [PROBABILITY],
    matches: true,
    build: (values) => ({ kind: 'drop', probability: values.number('probability') }),
  },
  burst: {
    verb: 'burst',
    title: 'Burst loss',
    help: 'at a frame a burst begins with this probability and loses MEAN_FRAMES on average',
    act: 'Set',
    fields: [
      { ...PROBABILITY, initial: 0.02 },
      { ...FRAMES, name: 'meanFrames', word: 'MEAN_FRAMES', title: 'Length', initial: 10 },
    ],
    matches: true,
    build: (values) => ({
      kind: 'burst',
      probability: values.number('probability'),
      meanFrames: values.number('meanFrames'),
    }),
  },
  dropNext: {
    verb: 'drop-next',
    title: 'Drop next',
    help: 'the next COUNT frames of each link are lost',
    act: 'Drop',
    fields: [{ ...FRAMES, name: 'count', word: 'COUNT', title: 'Frames', initial: 3 }],
    matches: true,
    build: (values) => ({ kind: 'dropNext', count: values.number('count') }),
  },
  duplicate: {
    verb: 'duplicate',
    title: 'Duplicate',
    help: 'each frame is sent twice with this probability',
    act: 'Set',
    fields: [PROBABILITY],
    matches: true,
    build: (values) => ({ kind: 'duplicate', probability: values.number('probability') }),
  },
  bandwidth: {
    verb: 'bandwidth',
    title: 'Bandwidth',
    help: 'a link carries so many bytes a second; what its full queue cannot take is lost',
    act: 'Set',
    fields: [
      {
        ...{ type: 'whole', name: 'bytesPerSecond', word: 'BYTES_PER_SECOND', title: 'Rate' },
        ...{ unit: 'B/s', min: 1, max: BANDWIDTH_MAX, initial: 20_000 },
      },
      {
        ...{ type: 'whole', name: 'queueBytes', word: 'QUEUE_BYTES', title: 'Queue', unit: 'B' },
        ...{ min: 1, max: QUEUE_BYTES_MAX, initial: 65_536, missing: 65_536 },
      },
    ],
    matches: false,
    build: (values) => ({
      kind: 'bandwidth',
      bytesPerSecond: values.number('bytesPerSecond'),
      queueBytes: values.number('queueBytes'),
    }),
  },
  reset: {
    verb: 'reset',
    title: 'Reset',
    help: 'connections break now, with RST: frames in flight are lost, nodes dial again',
    act: 'Reset',
    fields: [],
    matches: false,
    build: () => ({ kind: 'reset' }),
  },
  halfOpen: {
    verb: 'half-open',
    title: 'Half-open',
    help: 'the receiver loses the connection; the sender believes in it, and nobody hears it',
    act: 'Set',
    fields: [],
    matches: false,
    build: () => ({ kind: 'halfOpen' }),
  },
}

export const FORM_KINDS: readonly FormKind[] = Object.keys(LINK_FAULTS).filter(isFormKind)

function isFormKind(kind: string): kind is FormKind {
  return Object.hasOwn(LINK_FAULTS, kind)
}

/** `burst loss 2 %, 10 frames`: the title and every value with its unit. */
export function changeWords(fault: LinkChange & { readonly kind: FormKind }): string {
  const { title, fields } = LINK_FAULTS[fault.kind]
  const values = new Map<string, unknown>(Object.entries(fault))
  const words = fields.flatMap((field) => {
    const value = values.get(field.name)
    if (field.type === 'choice' || typeof value !== 'number') return []
    return [`${field.type === 'share' ? Math.round(value * 1e4) / 100 : value} ${field.unit}`]
  })
  return [title.toLowerCase(), words.join(', ')].filter((part) => part !== '').join(' ')
}
