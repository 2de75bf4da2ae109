/**
 * The lab as the window knows it: last status, what is bundled, and every call.
 *
 * Order:  pictures change on pushes only. A call that fails becomes a toast and changes nothing.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { EMPTY_SERIES } from '../../../core/measure/series'
import type { LabPush, LabSnapshot, LabStatus, RunCard } from '../../../shared/api'
import type { ScenarioCard } from '../../../shared/api'
import type { ControlState, LabClient } from '../../../shared/rpc'
import { NO_CONTROL } from '../../../shared/rpc'
import type { CommandId } from '../../../shared/commands'
import { BROWSER_CAPS } from '../../../shared/shell'
import type { Caps, ShellPush } from '../../../shared/shell'
import { CONNECTING, keepConnected } from '../api/client'
import type { ConnectionView, LabSource } from '../api/client'
import { keepSame } from '../api/keepSame'
import { createLabCalls } from '../api/labCalls'
import type { SavedView } from '../sources/savedView'
import { useEventsStore } from './events'
import { useToastsStore } from './toasts'

export const IDLE_STATUS: LabStatus = {
  state: 'idle',
  atMs: 0,
  cluster: null,
  options: null,
  nodes: [],
  faults: [],
  load: null,
  scenario: null,
  adversary: null,
  runDir: null,
  events: 0,
  dropped: 0,
  checks: [],
  realPause: true,
}

const NO_RUN = { status: IDLE_STATUS, events: [], earlier: [], series: EMPTY_SERIES } as const

/** What stores hear; `grown`: a saved run was read further. */
type LabListener = Partial<LabPush> & { readonly grown?: (view: SavedView) => void }

interface LabRefs {
  readonly connection: Ref<ConnectionView>
  readonly control: Ref<ControlState>
  readonly saved: Ref<SavedView | null>
  readonly status: Ref<LabStatus>
  readonly loaded: Ref<boolean>
}

function hasEnded({ state, runDir, atMs }: LabStatus): boolean {
  return state === 'idle' && runDir !== null && atMs > 0
}

/** What follows from the state of the store. */
function labFlags({ connection, control, saved, status, loaded }: LabRefs) {
  const connected = computed(() => connection.value.state === 'connected')
  /** This window may start something; a saved run is closed for it. */
  const mayStart = computed(() => connected.value && (control.value.holds || control.value.free))
  return {
    connected,
    /** The run of the live lab has ended; its charts and events stay. */
    ended: computed(() => saved.value === null && hasEnded(status.value)),
    /** What is shown of the live lab is as old as the last word of its host. */
    stale: computed(() => loaded.value && saved.value === null && !connected.value),
    mayStart,
    /** This window may change the lab; another one may hold the control. */
    mayAct: computed(() => mayStart.value && saved.value === null),
    running: computed(() => status.value.state === 'running'),
    members: computed(() => status.value.nodes.map((view) => view.node)),
  }
}

/** The run that just ended is one of the past. A host that keeps none has nothing to add. */
async function listRuns({ call }: LabClient, runs: Ref<readonly RunCard[]>): Promise<void> {
  runs.value = await call.runs().catch(() => runs.value)
}

/** What the shell tells beside the lab goes to whoever asked for it last. */
function shellListeners() {
  let to: Partial<ShellPush> = {}
  const push: ShellPush = {
    command: (id) => to.command?.(id),
    fileWaits: () => to.fileWaits?.(),
  }
  const acts = {
    /** Commands chosen in the native menu arrive here. */
    onNativeCommand(run: (id: CommandId) => void): void {
      to = { ...to, command: run }
    },
    /** The shell has a file for this window. */
    onFileWaits(take: () => void): void {
      to = { ...to, fileWaits: take }
    },
  }
  return { push, acts }
}

export const useLabStore = defineStore('lab', () => {
  const status = shallowRef<LabStatus>(IDLE_STATUS)
  const scenarios = shallowRef<readonly ScenarioCard[]>([])
  const runs = shallowRef<readonly RunCard[]>([])
  const connection = shallowRef<ConnectionView>(CONNECTING)
  const caps = shallowRef<Caps>(BROWSER_CAPS)
  /** True where shortcuts are held with Cmd. */
  const mac = ref(false)
  const control = shallowRef<ControlState>(NO_CONTROL)
  /** True after the first snapshot: before it, views show that they load. */
  const loaded = ref(false)

  /** A run that is over and is shown in place of the live lab, which goes on; null: none. */
  const saved = shallowRef<SavedView | null>(null)

  const listeners = new Set<LabListener>()
  let client: LabClient | null = null
  const native = shellListeners()

  const calls = createLabCalls(() => ({ client, saved: saved.value }))

  const flags = labFlags({ connection, control, saved, status, loaded })

  function adopt(snapshot: LabSnapshot): void {
    scenarios.value = snapshot.scenarios
    runs.value = snapshot.runs
    // Live pictures wait until the saved run is closed.
    if (saved.value === null) show(snapshot)
    loaded.value = true
  }

  function show(snapshot: LabSnapshot): void {
    status.value = snapshot.status
    useEventsStore().reset(snapshot.events, snapshot.earlier)
    for (const listener of listeners) listener.reset?.(snapshot)
  }

  async function attach(fresh: LabClient): Promise<void> {
    let attached = false
    fresh.listen({
      status(next) {
        if (!attached || saved.value !== null) return
        const hasEnded = next.state === 'idle' && status.value.state !== 'idle'
        status.value = keepSame(status.value, next)
        if (hasEnded) void listRuns(fresh, runs)
        for (const listener of listeners) listener.status?.(status.value)
      },
      events(batch) {
        if (!attached || saved.value !== null) return
        useEventsStore().append(batch)
        for (const listener of listeners) listener.events?.(batch)
      },
      series(frame) {
        if (!attached || saved.value !== null) return
        for (const listener of listeners) listener.series?.(frame)
      },
      reset(snapshot) {
        if (attached) adopt(snapshot)
      },
      control: (next) => (control.value = next),
      gap(lost) {
        const why = `${lost} events were too many for this window; they are in the record.`
        useToastsStore().show({ title: 'This window fell behind', why })
      },
      ...native.push,
    })
    const snapshot = await fresh.call.snapshot()
    adopt(snapshot)
    attached = true
    client = fresh
  }

  /** Shows a run that is over in place of the live lab. */
  function showSaved(view: SavedView): void {
    // Opened anew, it is the very run that is read.
    if (view.run === undefined || saved.value?.run !== view.run) saved.value?.release?.()
    saved.value = view
    const { status: last, events, series } = view
    const cards = { scenarios: scenarios.value, runs: runs.value }
    show({ status: last, events, earlier: [], series, ...cards })
  }

  /** The run that is shown, read further: what a person looks at and chose stays. */
  function growSaved(view: SavedView): void {
    const hasEvents = saved.value?.events !== view.events
    saved.value = view
    status.value = view.status
    if (hasEvents) useEventsStore().reset(view.events)
    for (const listener of listeners) listener.grown?.(view)
  }

  /** Back to the live lab. */
  async function closeSaved(): Promise<void> {
    if (saved.value === null) return
    saved.value.release?.()
    saved.value = null
    const snapshot = await calls.act((call) => call.snapshot(), 'Back to the live lab')
    if (snapshot === null) show({ ...NO_RUN, scenarios: scenarios.value, runs: runs.value })
    else adopt(snapshot)
  }

  /** Stores that fold pushes (series, time) listen here, before the first snapshot. */
  function listen(listener: LabListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function connect(source: LabSource): () => void {
    caps.value = source.caps
    mac.value = /^(mac|darwin)/i.test(source.platform)
    return keepConnected({
      source,
      onOpen: attach,
      onView(view) {
        // A silent host may yet answer what it was asked.
        if (view.state !== 'connected' && view.state !== 'silent') client = null
        connection.value = view
      },
    })
  }

  async function takeControl(): Promise<void> {
    await client?.control.take()
  }

  /** Window, menu and links of the host; null while it is not connected. */
  function shell(): LabClient['shell'] | null {
    return client?.shell ?? null
  }

  return {
    status,
    scenarios,
    runs,
    connection,
    caps,
    mac,
    control,
    shell,
    takeControl,
    ...native.acts,
    loaded,
    saved,
    showSaved,
    growSaved,
    closeSaved,
    ...flags,
    ...calls,
    connect,
    listen,
  }
})
