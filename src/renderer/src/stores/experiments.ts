/**
 * Experiments: which there are, and the one that is open, as one text with two views. Edits of the
 * form and of the text go through one history; a form follows the text as soon as it is YAML again.
 *
 * Errors: what the host refuses becomes a toast; the text stays in the window.
 */
import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watchEffect } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import type { ExperimentCard, ExperimentDraft } from '../../../shared/deskApi'
import type { WindowApi } from '../../../shared/rpc'
import { describeFailure } from '../api/failure'
import { keepDrafts } from '../composables/experimentDraft'
import type { DraftKeeper } from '../composables/experimentDraft'
import { openDocument } from '../composables/experimentDocument'
import { guardLeaving, tellUnsaved } from '../composables/experimentLeaving'
import type { Leaving } from '../composables/experimentLeaving'
import {
  FILE_END,
  freeName,
  IMPORT_BYTES_MAX,
  nameFrom,
  newText,
  renamedText,
} from '../composables/experimentNew'
import { useEditingStore } from './editing'
import type { EditActs } from './editing'
import { useLabStore } from './lab'
import { useRecentsStore } from './recents'
import { useToastsStore } from './toasts'

/** What is open. */
export interface OpenFile {
  /** Null: it was never saved. */
  readonly id: string | null
  /** Of the file, without its ending. */
  readonly name: string
  /** `file`: anywhere on this computer, written back by the shell. */
  readonly source: 'bundled' | 'own' | 'new' | 'file'
  /** The shell's handle of such a file. */
  readonly handle?: string
  /** Of such a file, as it is called there. */
  readonly fileName?: string
}

const OWN = 'own/'

export const useExperimentsStore = defineStore('experiments', () => {
  const { cards, listWords, loadList } = listOfCards()
  const file = shallowRef<OpenFile | null>(null)
  const savedText = ref('')
  const offer = shallowRef<ExperimentDraft | null>(null)
  const fileName = computed(() => fileNameOf(file.value))
  const readOnly = computed(() => file.value?.source === 'bundled')
  const { begin: beginText, views } = openDocument(
    () => (file.value === null ? null : fileName.value),
    () => readOnly.value,
  )
  const { text, opened, typeText, judge } = views
  const dirty = computed(() => file.value !== null && text.value !== savedText.value)
  const card = computed(() => cards.value.find(({ id }) => id === file.value?.id) ?? null)

  const leaving = guardLeaving({
    isDirty: () => dirty.value,
    name: () => file.value?.name ?? '',
    save: () => save(),
  })
  const drafts = keepDrafts(() =>
    dirty.value && file.value !== null ? { id: file.value.id, text: text.value } : null,
  )
  guardPage(() => dirty.value, drafts)
  tellUnsaved(() => (dirty.value ? fileName.value : null))
  const canSave = tellEditing({ ...views, file, fileName, readOnly, dirty, leaving, save })

  /** The list, and the draft of an earlier window if nothing is open yet. */
  async function begin(): Promise<void> {
    await loadList()
    if (file.value !== null || offer.value !== null) return
    offer.value = await drafts.find()
  }

  function show(next: OpenFile, content: string, saved: string): void {
    file.value = next
    savedText.value = saved
    beginText(content)
  }

  /** A draft that is offered stays until somebody answers. */
  function forgetDraft(): void {
    if (offer.value === null) void drafts.forget()
  }

  async function open(id: string): Promise<boolean> {
    if (file.value?.id === id) return true
    if (!(await leaving.mayLeave())) return false
    const found = await asked('Open an experiment', (call) => call.experimentText(id))
    if (found === null) return false
    const { source } = found.card
    show({ id, name: nameOfId(id), source }, found.text, found.text)
    forgetDraft()
    if (source === 'own') void useRecentsStore().note('experiment', id, found.card.title)
    return true
  }

  /** Nothing is lost where a text that nobody touched is left, saved or not. */
  function begun(wanted: string, make: (name: string) => string): void {
    const own = cards.value.filter(({ source }) => source === 'own').map(({ id }) => nameOfId(id))
    const bundled = cards.value.filter(({ source }) => source !== 'own').map(({ name }) => name)
    const name = freeName(wanted, new Set([...own, ...bundled]))
    const content = make(name)
    show({ id: null, name, source: 'new' }, content, content)
  }

  async function create(): Promise<void> {
    if (await leaving.mayLeave()) begun('my-experiment', newText)
  }

  async function duplicate(): Promise<void> {
    const from = file.value
    const content = text.value
    const title = opened.value?.content['title']
    const copied = typeof title === 'string' ? `${title.slice(0, 53)} (copy)` : undefined
    if (from === null || !(await leaving.mayLeave())) return
    begun(nameFrom(`${from.name}-copy`), (name) => renamedText(content, name, copied))
  }

  async function importFile(dropped: File, handle: string | null = null): Promise<boolean> {
    if (dropped.size > IMPORT_BYTES_MAX) {
      const why = `It has ${dropped.size} bytes; ${IMPORT_BYTES_MAX} are the most.`
      useToastsStore().show({ level: 'error', title: `Could not open ${dropped.name}`, why })
      return false
    }
    const content = await dropped.text()
    if (!(await leaving.mayLeave())) return false
    if (handle === null) begun(nameFrom(dropped.name), () => content)
    else {
      show(fileFrom(handle, dropped.name), content, content)
      forgetDraft()
    }
    return true
  }

  async function save(): Promise<boolean> {
    const now = file.value
    if (now === null || now.source === 'bundled') return false
    return await write(now, text.value)
  }

  /** Under another name, which the text then has too. */
  async function saveAs(name: string): Promise<boolean> {
    const renamed = renamedText(text.value, name)
    if (!(await write({ name }, renamed))) return false
    typeText(renamed, 'name')
    judge()
    forgetDraft()
    return true
  }

  async function write(to: Pick<OpenFile, 'name' | 'handle'>, content: string): Promise<boolean> {
    const { name, handle } = to
    if (handle === undefined) {
      const done = await asked(`Save ${name}`, (call) => call.saveExperiment(name, content))
      if (done === null) return false
      file.value = { id: done.id, name: nameOfId(done.id), source: 'own' }
    } else if (!(await writtenBack(handle, fileName.value, content))) return false
    savedText.value = content
    if (text.value === content) forgetDraft()
    await loadList()
    return true
  }

  function revert(): void {
    typeText(savedText.value, 'revert')
    judge()
    forgetDraft()
  }

  async function remove(): Promise<void> {
    const id = file.value?.id
    if (id?.startsWith(OWN) !== true) return
    const title = `Delete ${nameOfId(id)}`
    const done = await asked(title, (call) => call.deleteExperiment(id).then(() => true))
    if (done === null) return
    close()
    await loadList()
  }

  function close(): void {
    file.value = null
    savedText.value = ''
    beginText('')
    forgetDraft()
  }

  async function restoreDraft(): Promise<void> {
    const draft = offer.value
    if (draft === null || !(await leaving.mayLeave())) return
    offer.value = null
    const { id } = draft
    const known = cards.value.find((one) => one.id === id)
    const before =
      known === undefined ? null : await asked('Open', (call) => call.experimentText(known.id))
    if (before === null || id === null) {
      begun(id === null ? nameInText(draft.text) : nameOfId(id), () => draft.text)
      savedText.value = ''
      return
    }
    show({ id, name: nameOfId(id), source: 'own' }, before.text, before.text)
    typeText(draft.text, 'draft')
    judge()
  }

  function dropDraft(): void {
    offer.value = null
    forgetDraft()
  }

  return {
    ...views,
    ...{ cards, listWords, file, fileName, offer, card, readOnly, dirty, canSave },
    ...{ begin, loadList, open, create, duplicate, importFile, save, saveAs, revert, remove },
    ...{ restoreDraft, dropDraft, asked, question: leaving.question },
    keepDraft: drafts.keepNow,
  }
})

/** As the text calls itself. */
export function nameInText(text: string): string {
  return nameFrom(/^name:\s*["']?([\w-]+)/m.exec(text)?.[1] ?? 'my-experiment')
}

function nameOfId(id: string): string {
  return id.slice(id.indexOf('/') + 1)
}

function fileNameOf(file: OpenFile | null): string {
  return file?.fileName ?? `${file?.name ?? 'experiment'}${FILE_END}`
}

interface Told {
  readonly file: Ref<OpenFile | null>
  readonly fileName: Ref<string>
  readonly readOnly: Ref<boolean>
  readonly dirty: Ref<boolean>
  readonly leaving: Leaving
  readonly canUndo: Ref<boolean>
  readonly canRedo: Ref<boolean>
  judge(): void
  undo(): void
  redo(): void
  save(): Promise<boolean>
}

/** Commands work on what is open from every view. Answers whether it can be saved. */
function tellEditing(now: Told): ComputedRef<boolean> {
  const { file, fileName, readOnly, dirty, leaving, canUndo, canRedo } = now
  const canSave = computed(() => {
    const isNews = dirty.value || file.value?.source === 'new'
    // While it is asked whether to leave it, the answer saves it.
    const isAsked = leaving.question.value !== null
    return isNews && !readOnly.value && !isAsked && useLabStore().mayStart
  })
  const acts: EditActs = {
    async save() {
      now.judge()
      await now.save()
    },
    undo: () => now.undo(),
    redo: () => now.redo(),
  }
  watchEffect(() => {
    const isOwn = file.value !== null && !readOnly.value
    const next = {
      ...{ canSave: canSave.value, canSaveAs: isOwn && useLabStore().mayStart, acts },
      ...{ canUndo: isOwn && canUndo.value, canRedo: isOwn && canRedo.value },
      words: nothingWords(fileName.value, readOnly.value, dirty.value),
    }
    useEditingStore().tell(file.value === null ? null : next)
  })
  return canSave
}

/** Why an open experiment cannot be saved now. */
function nothingWords(name: string, isBundled: boolean, isDirty: boolean): string {
  if (isBundled) return `${name} is bundled: duplicate it to edit.`
  if (isDirty) return 'Another window holds the control, or the host is away.'
  return `${name} has no changes since it was saved.`
}

/** A file anywhere on this computer: Save writes it back where it was. */
function fileFrom(handle: string, fileName: string): OpenFile {
  return { id: null, name: nameFrom(fileName), source: 'file', handle, fileName }
}

async function writtenBack(handle: string, name: string, content: string): Promise<boolean> {
  const done = await asked(`Save ${name}`, async () => {
    await useLabStore().shell()?.saveFile(handle, content)
    return true
  })
  return done !== null
}

/** A host that refuses is told of; null: it did. */
async function asked<T>(title: string, run: (call: WindowApi) => Promise<T>): Promise<T | null> {
  try {
    return await useLabStore().askHost(run)
  } catch (error) {
    const { words: why, details } = describeFailure(error)
    useToastsStore().show({ level: 'error', title, why, details })
    return null
  }
}

function listOfCards() {
  const cards = shallowRef<readonly ExperimentCard[]>([])
  /** Null: the list is here. */
  const listWords = ref<string | null>('Loading the experiments')

  async function loadList(): Promise<void> {
    try {
      cards.value = await useLabStore().askHost((call) => call.experimentFiles())
      listWords.value = null
    } catch (error) {
      listWords.value = describeFailure(error).words
    }
  }

  return { cards, listWords, loadList }
}

/** Asks before the page goes; a draft is kept in any case. */
function guardPage(isDirty: () => boolean, drafts: DraftKeeper): void {
  useEventListener(window, 'beforeunload', (event: BeforeUnloadEvent) => {
    if (!isDirty()) return
    void drafts.keepNow()
    // A browser asks by itself; the shell asks in its place.
    event.preventDefault()
  })
}
