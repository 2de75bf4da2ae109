/**
 * What a text of an experiment is worth right now: what a form can show of it, and the first thing
 * that is wrong with it, with its place.
 *
 * A text that is YAML but no experiment yet is shown in the form all the same: that is where it
 * can be mended.
 */
import { ScenarioError, parseScenario } from '../../../shared/experiment'
import { EditError, openText, pathAt } from '../../../shared/experimentEdit'
import type { EditPath, OpenedText } from '../../../shared/experimentEdit'
import { VERBS } from '../../../shared/verbs'

export interface TextFault {
  readonly words: string
  /** How the verb is written, if it is about one; empty otherwise. */
  readonly usage: string
  /** From 1 on. */
  readonly line: number
  readonly column: number
  /** Of the value it is about; empty if the text is no YAML. */
  readonly path: EditPath
}

export interface Judged {
  /** Null: no YAML, or no map. */
  readonly opened: OpenedText | null
  /** Null: it can be played. */
  readonly fault: TextFault | null
}

export function judgeText(text: string, file: string): Judged {
  const opened = openOrNull(text)
  try {
    parseScenario(text, file)
    return { opened, fault: null }
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    const { line, column, message } = error
    const [first = ''] = message.slice(`${error.file}:${line}:${column}: `.length).split('\n')
    const path = opened === null ? [] : pathAt(opened.document, offsetAt(text, line, column))
    return { opened, fault: { ...apart(first), line, column, path } }
  }
}

/** The usage of a verb stands in brackets behind what is wrong. */
function apart(told: string): { words: string; usage: string } {
  const spec = Object.values(VERBS).find(({ usage }) => told.endsWith(` (${usage})`))
  if (spec === undefined) return { words: told, usage: '' }
  return { words: told.slice(0, -(spec.usage.length + 3)), usage: spec.usage }
}

function openOrNull(text: string): OpenedText | null {
  try {
    return openText(text)
  } catch (error) {
    if (error instanceof EditError) return null
    throw error
  }
}

/** Line and column from 1 on, as an offset. */
export function offsetAt(text: string, line: number, column: number): number {
  let from = 0
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf('\n', from)
    if (end < 0) break
    from = end + 1
  }
  return Math.min(text.length, from + column - 1)
}

/** The same, the other way. */
export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
  }
  return line
}

/** Whether `path` is at `around` or inside it. */
export function isWithin(path: EditPath, around: EditPath): boolean {
  return around.length <= path.length && around.every((part, at) => path[at] === part)
}
