/** Colours of the tokens: text and graphics can be told from their ground in every theme. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HATCH, TINT, TINTS } from '../../src/renderer/src/composables/chartStage'

const css = readFileSync('src/renderer/src/tokens.css', 'utf8').replace(/\/\*[^]*?\*\//g, '')

type Tokens = ReadonlyMap<string, string>

/** Declarations of every rule with one of these selectors, later ones over earlier ones. */
function tokensOf(selectors: readonly string[]): Tokens {
  const found = new Map<string, string>()
  for (const [, head = '', body = ''] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const names = head.split(',').map((name) => name.trim())
    if (!names.some((name) => selectors.includes(name))) continue
    for (const [, name = '', value = ''] of body.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})\s*;/g)) {
      found.set(name, value)
    }
  }
  return found
}

const ROOT = ':root'
const DARK = ":root[data-theme='dark']"
const HIGH = ":root[data-contrast='high']"
const HIGH_DARK = ":root[data-contrast='high'][data-theme='dark']"
const THEMES = {
  light: tokensOf([ROOT]),
  dark: tokensOf([ROOT, DARK]),
  'high contrast, light': tokensOf([ROOT, HIGH]),
  'high contrast, dark': tokensOf([ROOT, DARK, HIGH, HIGH_DARK]),
} as const

/** Relative luminance (WCAG 2.1). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [high = 1, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

/** `over` painted on `ground` with this opacity. */
function painted(ground: string, over: string, opacity: number): string {
  const mixed = [1, 3, 5].map((at) => {
    const [below = 0, above = 0] = [ground, over].map((hex) =>
      Number.parseInt(hex.slice(at, at + 2), 16),
    )
    return Math.round(below + (above - below) * opacity)
      .toString(16)
      .padStart(2, '0')
  })
  return `#${mixed.join('')}`
}

const GROUNDS = ['--bg', '--bg-raised'] as const
const TEXTS = ['--fg', '--fg-muted', '--accent', '--ok', '--warn', '--bad'] as const
const ON_WEAK = [
  ['--ok', '--ok-weak'],
  ['--warn', '--warn-weak'],
  ['--bad', '--bad-weak'],
  ['--accent', '--accent-weak'],
  ['--fg', '--accent-weak'],
  ['--fg', '--hover'],
  ['--fg-muted', '--hover'],
  ['--accent-fg', '--accent'],
] as const
const NODES = [1, 2, 3, 4, 5].map((node) => `--n${node}`)
const MESSAGES = ['phase1', 'phase2', 'learn', 'refuse', 'beat', 'client'].map((m) => `--m-${m}`)
const FAULTS = ['partition', 'down', 'slow', 'pause', 'loss', 'storage'].map((f) => `--f-${f}`)

describe.each(Object.entries(THEMES))('colours, %s', (name, tokens) => {
  const isHigh = name.startsWith('high')
  const of = (token: string): string => {
    const value = tokens.get(token)
    if (value === undefined) throw new Error(`${name} has no ${token}`)
    return value
  }
  const low = (pairs: readonly (readonly [string, string])[], least: number): string[] =>
    pairs.flatMap(([one, ground]) => {
      const ratio = contrast(of(one), of(ground))
      return ratio >= least ? [] : [`${one} on ${ground}: ${ratio.toFixed(2)} < ${least}`]
    })

  it('text can be read on every ground', () => {
    const pairs = GROUNDS.flatMap((ground) => TEXTS.map((text) => [text, ground] as const))
    expect(low([...pairs, ...ON_WEAK], isHigh ? 7 : 4.5)).toEqual([])
  })

  it('nodes, messages, faults and edges of controls stand out', () => {
    const graphics = [...NODES, ...MESSAGES, ...FAULTS, '--border-control', '--focus', '--f-gap']
    const pairs = graphics.map((graphic) => [graphic, '--bg'] as const)
    expect(low(pairs, isHigh ? 4.5 : 3)).toEqual([])
  })
})

describe.each(Object.entries(THEMES))('a chart while faults hold, %s', (name, tokens) => {
  const of = (token: string): string => tokens.get(token) ?? ''
  const tinted = FAULTS.flatMap((one) => [
    [one, painted(of('--bg'), of(one), TINT)] as const,
    ...FAULTS.map((other): readonly [string, string] => [
      `${one} and ${other}`,
      painted(painted(of('--bg'), of(one), TINTS / 2), of(other), TINTS / 2),
    ]),
  ])
  const low = (tokensOn: readonly string[], grounds: typeof tinted, least: number): string[] =>
    grounds.flatMap(([ground, colour]) =>
      tokensOn
        .filter((token) => contrast(of(token), colour) < least)
        .map((token) => `${token} over ${ground}: ${contrast(of(token), colour).toFixed(2)}`),
    )

  it('its lines and its words stand out from the tint', () => {
    expect(low([...NODES, '--ok', '--bad'], tinted, name.startsWith('high') ? 4.5 : 3)).toEqual([])
    expect(low(['--fg', '--fg-muted'], tinted, 4.5)).toEqual([])
  })

  it('its lines can be followed over the strokes of a pattern', () => {
    const strokes = FAULTS.map((one): readonly [string, string] => [
      `a stroke of ${one}`,
      painted(painted(of('--bg'), of(one), TINT), of(one), HATCH),
    ])
    expect(low(NODES, strokes, 2)).toEqual([])
  })
})

it('high contrast is higher than the usual one for every text', () => {
  for (const [usual, high] of [
    ['light', 'high contrast, light'],
    ['dark', 'high contrast, dark'],
  ] as const) {
    for (const token of [...TEXTS, ...NODES, ...MESSAGES]) {
      const [before, after] = [THEMES[usual], THEMES[high]].map((tokens) =>
        contrast(tokens.get(token) ?? '#000000', tokens.get('--bg') ?? '#000000'),
      )
      expect([token, (after ?? 0) >= (before ?? 0)]).toEqual([token, true])
    }
  }
})
