/** Where somebody reads: section, page, place, what was looked for. Layout only, never facts. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useUiStore } from './ui'
import type { ViewName } from './ui'

export const LEARN_SECTIONS = ['manual', 'glossary', 'notes', 'museum', 'licences'] as const
export type LearnSection = (typeof LEARN_SECTIONS)[number]

/** A place in the manual: a page of the repository and a heading in it; empty: its beginning. */
export interface Place {
  readonly section: LearnSection
  readonly path: string
  readonly anchor: string
}

const GLOSSARY = 'docs/glossary.md'
const NOTES = 'docs/notes.md'
const BACK_MAX = 50

export function pageOfView(view: ViewName): string {
  return `docs/views/${view}.md`
}

export function sectionOf(path: string): LearnSection {
  if (path === GLOSSARY) return 'glossary'
  return path === NOTES ? 'notes' : 'manual'
}

const FIRST: Place = { section: 'manual', path: pageOfView('start'), anchor: '' }

export const useLearnStore = defineStore('learn', () => {
  const place = shallowRef<Place>(FIRST)
  const query = ref('')
  /** Words to mark in the page that a search led to. */
  const marks = shallowRef<readonly string[]>([])
  /** Where somebody was before, newest last. */
  const before = shallowRef<readonly Place[]>([])
  /** Counts moves: the same place twice scrolls there twice. */
  const moves = ref(0)
  const mayBack = computed(() => before.value.length > 0)

  function move(to: Place, found: readonly string[] = []): void {
    before.value = [...before.value, place.value].slice(-BACK_MAX)
    place.value = to
    marks.value = found
    query.value = ''
    moves.value += 1
  }

  function open(path: string, anchor = '', found: readonly string[] = []): void {
    move({ section: sectionOf(path), path, anchor }, found)
  }

  function openSection(section: LearnSection): void {
    if (section === 'glossary') open(GLOSSARY)
    else if (section === 'notes') open(NOTES)
    else if (section === 'manual') open(FIRST.path)
    else move({ section, path: '', anchor: '' })
  }

  function openTerm(id: string): void {
    open(GLOSSARY, id)
  }

  function back(): void {
    const last = before.value.at(-1)
    if (last === undefined) return
    before.value = before.value.slice(0, -1)
    place.value = last
    marks.value = []
    query.value = ''
    moves.value += 1
  }

  /** The page of the view that is open now. */
  function help(): void {
    const ui = useUiStore()
    open(pageOfView(ui.view))
    ui.view = 'learn'
  }

  return { place, query, marks, mayBack, moves, open, openSection, openTerm, back, help }
})
