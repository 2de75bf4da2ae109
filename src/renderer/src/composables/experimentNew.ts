/** Texts and names of experiments that are begun: a new one, a copy, an imported file. */
import { EditError, editText } from '../../../shared/experimentEdit'

export const FILE_END = '.paxlab.yaml'
/** As the host takes it. */
export const IMPORT_BYTES_MAX = 1_048_576

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/
const NAME_CHARS_MAX = 60

export function newText(name: string): string {
  return `# yaml-language-server: $schema=./paxos-lab.schema.json
version: 1
name: ${name}
title: My experiment
summary: What it shows, in one sentence.
seconds: 10
level: basic

cluster:
  nodes: 5
seed: 1

load:
  clients: 5
  rate: 100

steps:
  - when: ackedSinceStep >= 50
    say: The leader is killed
    do: kill leader

  - after: 3s
    say: It comes back
    do:
      - heal all
      - load off

expect:
  - progress: logsEqual = yes
    text: all nodes hold the same log
`
}

/** What is wrong with a name of a file; empty: nothing. */
export function nameFault(name: string): string {
  if (name === '') return 'A name is needed.'
  if (name.length > NAME_CHARS_MAX) return `At most ${NAME_CHARS_MAX} characters.`
  return NAME.test(name) ? '' : 'Lower-case words and digits, joined by "-".'
}

/** A name for a file, from whatever somebody calls it. */
export function nameFrom(words: string): string {
  const name = words
    .replace(/(\.paxlab)?\.ya?ml$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_CHARS_MAX - 4)
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'experiment' : name
}

/** `wanted`, or `wanted-2`, ... if it is taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`
    if (!taken.has(name)) return name
  }
}

/** The text under another name; a text that is no YAML stays as it is. */
export function renamedText(text: string, name: string, title?: string): string {
  try {
    return editText(text, [
      { op: 'set', path: ['name'], value: name },
      ...(title === undefined ? [] : [{ op: 'set', path: ['title'], value: title } as const]),
    ])
  } catch (error) {
    if (error instanceof EditError) return text
    throw error
  }
}

/** `2026-03-04 05:06`, in the time of this computer; empty if it is no date. */
export function dateWords(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return ''
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
