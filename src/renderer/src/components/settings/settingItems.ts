/**
 * Every setting of the view: what it is called, what it does, how it is changed and put back. One
 * list for the view, its search and the tests.
 */
import { CLUSTER_DEFAULTS, NODE_COUNTS, SEED_MAX } from '../../stores/clusterDefaults'
import type { ClusterDefaults } from '../../stores/clusterDefaults'
import { CONTRASTS, MOTIONS, SETTINGS_DEFAULTS, TEXT_SIZES, THEMES } from '../../stores/settings'
import type { Settings } from '../../stores/settings'

export type SettingSection = 'general' | 'appearance' | 'cluster'

interface ItemBase {
  readonly id: string
  readonly section: SettingSection
  readonly title: string
  /** One line: what it does, and the default. */
  readonly why: string
  isDefault(): boolean
  reset(): void
}

export interface ChoiceItem extends ItemBase {
  readonly kind: 'choice'
  readonly options: readonly { readonly key: string; readonly title: string }[]
  key(): string
  pick(key: string): void
}

export interface FlagItem extends ItemBase {
  readonly kind: 'flag'
  /** Beside the box. */
  readonly words: string
  /** Why it is dangerous as it stands; empty: it is not. */
  warning(): string
  isOn(): boolean
  set(on: boolean): void
}

export interface NumberItem extends ItemBase {
  readonly kind: 'number'
  readonly min: number
  readonly max: number
  value(): number
  set(value: number): void
}

export type SettingItem = ChoiceItem | FlagItem | NumberItem

/** Where the values are: the store, or plain data in a test. */
export type KeptSettings = { -readonly [Name in keyof Settings]: Settings[Name] }

type Titles = Readonly<Record<string, string>>
type Head = Pick<ItemBase, 'id' | 'section' | 'title' | 'why'>
type FlagName = 'projector' | 'letterKeys' | 'rail' | 'inspector'
type ClusterFlag = 'flush' | 'freezeOnViolation' | 'recordInputs' | 'recordMessages'

function choice<T extends string | number>(
  head: Head,
  values: readonly T[],
  titles: Titles,
  [get, set, usual]: readonly [() => T, (value: T) => void, T],
): ChoiceItem {
  return {
    ...head,
    kind: 'choice',
    options: values.map((value) => ({
      key: String(value),
      title: titles[String(value)] ?? String(value),
    })),
    key: () => String(get()),
    pick(key) {
      const found = values.find((value) => String(value) === key)
      if (found !== undefined) set(found)
    },
    isDefault: () => get() === usual,
    reset: () => set(usual),
  }
}

function flag(
  head: Head,
  words: string,
  [get, set, usual]: readonly [() => boolean, (on: boolean) => void, boolean],
  warning: () => string = () => '',
): FlagItem {
  const back = { isDefault: () => get() === usual, reset: () => set(usual) }
  return { ...head, ...back, kind: 'flag', words, warning, isOn: get, set }
}

export function settingItems(kept: KeptSettings): SettingItem[] {
  return [...generalItems(kept), ...appearanceItems(kept), ...clusterItems(kept)]
}

function keptFlag(kept: KeptSettings, name: FlagName) {
  const set = (on: boolean): void => {
    kept[name] = on
  }
  return [() => kept[name], set, SETTINGS_DEFAULTS[name]] as const
}

function generalItems(kept: KeptSettings): SettingItem[] {
  const section = 'general'
  return [
    flag(
      {
        id: 'rail',
        section,
        title: 'Rail',
        why: 'The buttons of the views at the left. Default on.',
      },
      'shown',
      keptFlag(kept, 'rail'),
    ),
    flag(
      {
        ...{ id: 'inspector', section, title: 'Inspector' },
        why: 'What is selected, at the right; in a narrow window it is a drawer. Default on.',
      },
      'shown',
      keptFlag(kept, 'inspector'),
    ),
    flag(
      {
        ...{ id: 'letterKeys', section, title: 'Letter keys' },
        why: 'Single letters such as K or X act while the stage has the focus. Default on.',
      },
      'act as commands',
      keptFlag(kept, 'letterKeys'),
    ),
  ]
}

function appearanceItems(kept: KeptSettings): SettingItem[] {
  const section = 'appearance'
  const at = <Name extends 'theme' | 'contrast' | 'motion' | 'textSize'>(name: Name) => {
    const set = (value: KeptSettings[Name]): void => {
      kept[name] = value
    }
    return [(): KeptSettings[Name] => kept[name], set, SETTINGS_DEFAULTS[name]] as const
  }
  return [
    choice(
      { id: 'theme', section, title: 'Theme', why: 'Default: the theme of the system.' },
      THEMES,
      { system: 'System', light: 'Light', dark: 'Dark' },
      at('theme'),
    ),
    choice(
      {
        ...{ id: 'contrast', section, title: 'Contrast' },
        why: 'High: text 7:1 at least, edges and lines 4.5:1, in either theme. Default: the system.',
      },
      CONTRASTS,
      { system: 'As the system says', high: 'High' },
      at('contrast'),
    ),
    choice(
      {
        ...{ id: 'textSize', section, title: 'Text size' },
        why: 'Rows and controls grow with it, charts too. Default 100 %.',
      },
      TEXT_SIZES,
      { 100: '100 %', 112: '112 %', 125: '125 %' },
      at('textSize'),
    ),
    choice(
      {
        ...{ id: 'motion', section, title: 'Motion' },
        why: 'Reduced: packets stand, nothing turns or pulses. Default: the system.',
      },
      MOTIONS,
      { system: 'As the system says', reduced: 'Reduced' },
      at('motion'),
    ),
    flag(
      {
        ...{ id: 'projector', section, title: 'Projector' },
        why: 'For a room: text of 125 %, big badges, thicker lines. Default off.',
      },
      'read from the last row',
      keptFlag(kept, 'projector'),
    ),
  ]
}

function setterOf(kept: KeptSettings): (part: Partial<ClusterDefaults>) => void {
  return (part) => {
    kept.cluster = { ...kept.cluster, ...part }
  }
}

function clusterItems(kept: KeptSettings): SettingItem[] {
  const section = 'cluster'
  const set = setterOf(kept)
  const seed = CLUSTER_DEFAULTS.seed
  return [
    choice(
      { id: 'nodes', section, title: 'Nodes', why: 'Default 5: two of them may fail.' },
      NODE_COUNTS,
      {},
      [() => kept.cluster.nodes, (nodes) => set({ nodes }), CLUSTER_DEFAULTS.nodes],
    ),
    choice(
      { id: 'mode', section, title: 'Mode', why: 'A log of slots, or one value. Default log.' },
      ['multi', 'single'] as const,
      { multi: 'Multi-Paxos', single: 'Single decree' },
      [() => kept.cluster.mode, (mode) => set({ mode }), CLUSTER_DEFAULTS.mode],
    ),
    choice(
      {
        ...{ id: 'links', section, title: 'Links' },
        why: 'Only through the switchboard can links be cut and slowed. Default switchboard.',
      },
      ['switchboard', 'direct'] as const,
      { switchboard: 'Switchboard', direct: 'Direct, no link faults' },
      [
        () => (kept.cluster.direct ? 'direct' : 'switchboard'),
        (links) => set({ direct: links === 'direct' }),
        'switchboard',
      ],
    ),
    {
      ...{ id: 'seed', section, title: 'Seed', min: 0, max: SEED_MAX },
      kind: 'number',
      why: `Randomness of link faults and load. 0 to 4\u202f294\u202f967\u202f295, default ${seed}.`,
      value: () => kept.cluster.seed,
      set: (value) => set({ seed: value }),
      isDefault: () => kept.cluster.seed === seed,
      reset: () => set({ seed }),
    },
    ...clusterFlags(kept),
  ]
}

function clusterFlags(kept: KeptSettings): SettingItem[] {
  const section = 'cluster'
  const set = setterOf(kept)
  const at = (name: ClusterFlag) =>
    [
      () => kept.cluster[name],
      (on: boolean) => set({ [name]: on }),
      CLUSTER_DEFAULTS[name],
    ] as const
  const unsafe = 'A node that loses power forgets what it promised: two values can be chosen.'
  return [
    flag(
      {
        ...{ id: 'flush', section, title: 'Flush' },
        why: 'Write to disk before answering (Paxos Made Simple, 2.5). Default on.',
      },
      'before every promise and vote',
      at('flush'),
      () => (kept.cluster.flush ? '' : unsafe),
    ),
    flag(
      {
        ...{ id: 'freezeOnViolation', section, title: 'Freeze on a violation' },
        why: 'At the first violation every frame waits at the gate. Default on.',
      },
      'stop where it happened',
      at('freezeOnViolation'),
    ),
    flag(
      {
        ...{ id: 'recordInputs', section, title: 'Record inputs' },
        why: 'Nodes write down what they are given, so that a run can be replayed. Default off.',
      },
      'for a replay',
      at('recordInputs'),
    ),
    flag(
      {
        ...{ id: 'recordMessages', section, title: 'Record messages' },
        why: 'Every message goes into the record; not with direct links. Default off.',
      },
      'for the Timeline of a saved run',
      at('recordMessages'),
      () =>
        kept.cluster.recordMessages && kept.cluster.direct
          ? 'Links are direct: nobody sees single messages, so none are recorded.'
          : '',
    ),
  ]
}

/** Every word is somewhere in what a person reads of it. */
export function matchesSearch(query: string, ...texts: readonly string[]): boolean {
  const text = texts.join(' ').toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => text.includes(word))
}
