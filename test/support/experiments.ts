/** Experiment results made by hand, and strict readers of what is written about them. */
import type { ExperimentResult, TrialResult } from '../../src/shared/experimentResult'

export function trialOf(trial: number, more: Partial<TrialResult> = {}): TrialResult {
  return {
    ...{ trial, seed: trial, point: {}, verdict: 'valid', reason: '', runDir: `runs/r${trial}` },
    verdicts: { safety: 'valid', liveness: 'valid', linearizability: 'valid', replay: 'notJudged' },
    ...{ ranMs: 1500, measures: { chosenSlots: 10, bids: 20, p95Ms: 4 }, expectations: [] },
    ...{ availability: [], cost: null, decision: null },
    ...more,
  }
}

export function experimentOf(
  trials: readonly TrialResult[],
  more: Partial<ExperimentResult> = {},
): ExperimentResult {
  return {
    version: 1,
    plan: {
      ...{ name: 'tiny', title: 'Tiny', sweep: [], seeds: [1], source: 'processes' },
      command: 'paxos-lab run tiny',
    },
    ...{ startedAt: '2026-11-21T10:00:00.000Z', verdict: 'valid', trials },
    ...{ planned: trials.length, cancelled: false },
    ...{ appVersion: '0.1.0', nodeVersion: 'v20', system: 'test', cpus: 2 },
    ...more,
  }
}

/** RFC 4180, to the letter: throws for anything else. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const token = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy
  let at = 0
  for (const match of text.matchAll(token)) {
    const [whole, raw = '', end] = match
    at = match.index + whole.length
    rows.at(-1)?.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    if (end === '\r\n') rows.push([])
  }
  if (at !== text.length) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 40)}`)
  return rows.slice(0, -1)
}

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const MARKUP = /<(?:(\?[^>]*\?)|\/([\w-]+)|([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?))>|([^<]+)/gy

/** Well-formed XML without comments, CDATA and types: throws for anything else. */
export function parseXml(text: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  let at = 0
  for (const match of text.matchAll(MARKUP)) {
    at = match.index + match[0].length
    const [, , closed, name, list = '', empty, content] = match
    const top = open.at(-1) ?? root
    if (content !== undefined) top.text += decoded(content)
    else if (closed !== undefined) {
      if (top.name !== closed) throw new Error(`</${closed}> closes <${top.name}>`)
      open.pop()
    } else if (name !== undefined) {
      const pairs = [...list.matchAll(/([\w-]+)="([^"]*)"/g)]
      const attributes = Object.fromEntries(
        pairs.map(([, key = '', it = '']) => [key, decoded(it)]),
      )
      const element: XmlElement = { name, attributes, children: [], text: '' }
      top.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  const [only] = root.children
  if (at !== text.length || open.length > 1 || root.children.length > 1 || only === undefined) {
    throw new Error(`no XML at ${at}: ${text.slice(at, at + 40)}`)
  }
  return only
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function decoded(text: string): string {
  // XML 1.0 has no place for these at all.
  const bad = [...text].find((sign) => sign < ' ' && !'\t\n\r'.includes(sign))
  if (bad !== undefined) throw new Error(`character ${bad.codePointAt(0)} in XML`)
  return text.replace(/&(\w*);?/g, (whole, name: string) => {
    const found = whole.endsWith(';') ? ENTITIES[name] : undefined
    if (found === undefined) throw new Error(`${whole} in XML`)
    return found
  })
}
